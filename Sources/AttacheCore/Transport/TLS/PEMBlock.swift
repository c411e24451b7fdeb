// SPDX-License-Identifier: Apache-2.0
// One -----BEGIN … -----END of a PEM file, decoded from base 64.

import COpenSSL

/// Its bytes may be a key: they are wiped when it goes.
struct PEMBlock: ~Copyable {
    /// `CERTIFICATE`, `PRIVATE KEY` …
    let kind: String
    /// Where `Proc-Type: 4,ENCRYPTED` stands in the old format.
    private let header: String
    let bytes: UnsafeMutablePointer<UInt8>
    let count: Int

    /// nil: there is none; OpenSSL's error queue says whether the file is at its end or broken.
    init?(next bio: OpaquePointer) {
        ERR_clear_error()
        var name: UnsafeMutablePointer<CChar>?
        var lines: UnsafeMutablePointer<CChar>?
        var data: UnsafeMutablePointer<UInt8>?
        var length = 0
        guard PEM_read_bio(bio, &name, &lines, &data, &length) == 1, let data else { return nil }
        kind = name.map { String(cString: $0) } ?? ""
        header = lines.map { String(cString: $0) } ?? ""
        CRYPTO_free(name, #file, #line)
        CRYPTO_free(lines, #file, #line)
        bytes = data
        count = length
    }

    deinit { CRYPTO_clear_free(bytes, count, #file, #line) }

    /// Never asks anybody for a pass phrase: a daemon that waits at a prompt has not started.
    var isEncrypted: Bool {
        kind == "ENCRYPTED PRIVATE KEY" || header.contains("ENCRYPTED")
    }
}

enum SHA256 {
    static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 32)
        // Fails only where SHA-256 itself is missing; then nothing of TLS works either, and all
        // zeros merely keep sessions from being told apart by their files.
        _ = EVP_Digest(bytes, bytes.count, &out, nil, EVP_sha256(), nil)
        return out
    }
}

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

    /// nil: it does not open it; OpenSSL's queue says more.
    func key(openedWith passphrase: Passphrase) -> Owned? {
        ERR_clear_error()
        let key =
            kind == "ENCRYPTED PRIVATE KEY"
            ? newFormat(passphrase) : oldFormat(passphrase)
        return key.map { Owned($0) { EVP_PKEY_free($0) } }
    }

    /// PKCS #8 (RFC 5958).
    private func newFormat(_ passphrase: Passphrase) -> OpaquePointer? {
        var at: UnsafePointer<UInt8>? = UnsafePointer(bytes)
        guard let locked = d2i_X509_SIG(nil, &at, count) else { return nil }
        defer { X509_SIG_free(locked) }
        let plain = passphrase.withCharacters {
            PKCS8_decrypt(locked, $0, Int32(passphrase.count))
        }
        guard let plain else { return nil }
        defer { PKCS8_PRIV_KEY_INFO_free(plain) }
        return EVP_PKCS82PKEY(plain)
    }

    /// The header names the cipher (RFC 1421); decrypted in place, which makes it no longer.
    private func oldFormat(_ passphrase: Passphrase) -> OpaquePointer? {
        var lines = Array(header.utf8CString)
        var cipher = EVP_CIPHER_INFO()
        guard PEM_get_EVP_CIPHER_INFO(&lines, &cipher) == 1 else { return nil }
        var length = count
        // Without a callback the last argument is the passphrase itself.
        let isOpen = passphrase.withCharacters {
            PEM_do_header(&cipher, bytes, &length, nil, $0) == 1
        }
        var at: UnsafePointer<UInt8>? = UnsafePointer(bytes)
        return isOpen ? d2i_AutoPrivateKey(nil, &at, length) : nil
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

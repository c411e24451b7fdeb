// SPDX-License-Identifier: Apache-2.0
// A PEM file, read once and taken apart: certificates, keys, revocation lists.

import CLinux
import COpenSSL
import Glibc

/// What one file holds, in its order. Text between the blocks is allowed, as `openssl x509 -text`
/// writes it; blocks of other kinds (EC PARAMETERS) are passed over.
struct PEMFile {
    let path: String
    let facts: SmallFile.Facts
    /// Of the whole file: part of what a session may be resumed under.
    let digest: [UInt8]
    private(set) var certificates: [Owned] = []
    private(set) var keys: [Owned] = []
    private(set) var lists: [Owned] = []
    private var blocks = 0

    /// `purpose`: what the operator knows the file as, "certificate", "CA file".
    init(reading path: String, as purpose: String) throws(ConfigurationProblem) {
        var file: SmallFile
        do {
            file = try SmallFile(reading: path, bytesMax: Limits.pemBytesMax)
        } catch {
            throw ConfigurationProblem(cannotRead: path, as: purpose, error)
        }
        self.path = path
        facts = file.facts
        digest = SHA256.digest(file.bytes)
        let isDER = file.bytes.first == 0x30  // a SEQUENCE: every certificate and key is one
        let problem = file.withBytes { bytes -> ConfigurationProblem? in
            // A key must not stay in memory that is handed out again.
            defer { OPENSSL_cleanse(bytes.baseAddress, bytes.count) }
            do throws(ConfigurationProblem) {
                try take(UnsafeRawBufferPointer(bytes), as: purpose)
                return nil
            } catch {
                return error
            }
        }
        if let problem { throw problem }
        guard blocks > 0 else {
            throw ConfigurationProblem(
                "the \(purpose) \"\(path)\" is not PEM: it has no -----BEGIN line",
                remedy: file.bytes.isEmpty
                    ? "The file is empty. Name another one."
                    : isDER
                        ? "It looks like DER; convert it with "
                            + "`openssl x509 -inform der -in FILE` (or `pkey`, `crl`)."
                        : "Name the PEM file, which begins with such a line.")
        }
    }

    private mutating func take(
        _ bytes: UnsafeRawBufferPointer, as purpose: String
    ) throws(ConfigurationProblem) {
        // Reads from `bytes`, which outlive it; Limits.pemBytesMax keeps the count an Int32.
        guard bytes.count > 0, let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
        else { return }
        defer {
            BIO_free(bio)
            ERR_clear_error()
        }
        while let block = PEMBlock(next: bio) {
            blocks += 1
            guard try add(block, as: purpose) else {
                throw ConfigurationProblem(
                    "the \(purpose) \"\(path)\" is damaged: block \(blocks), \(block.kind), "
                        + "cannot be decoded (\(OpenSSLError.first()))",
                    remedy: "Copy the file again, whole.")
            }
        }
        // The queue says why the reading stopped: no further block, or one that is broken.
        let error = ERR_peek_last_error()
        if error != 0, ERR_GET_REASON(error) != PEM_R_NO_START_LINE {
            throw ConfigurationProblem(
                "the \(purpose) \"\(path)\" is damaged after \(blocks) good "
                    + "block\(blocks == 1 ? "" : "s") (\(OpenSSLError.first()))",
                remedy: "Copy the file again, whole: the -----END line may be missing.")
        }
    }

    /// false: the block cannot be decoded.
    private mutating func add(
        _ block: borrowing PEMBlock, as purpose: String
    ) throws(ConfigurationProblem) -> Bool {
        guard !block.isEncrypted else {
            throw ConfigurationProblem(
                "the \(purpose) \"\(path)\" holds an encrypted key: not supported yet",
                remedy: "Decrypt it with `openssl pkey -in FILE -out FILE.plain` and guard it by "
                    + "its permissions (0600, owned by the user attache runs as).")
        }
        var at: UnsafePointer<UInt8>? = UnsafePointer(block.bytes)
        switch block.kind {
        case "CERTIFICATE", "X509 CERTIFICATE":
            guard let one = d2i_X509(nil, &at, block.count) else { return false }
            certificates.append(Owned(one) { X509_free($0) })
        case "TRUSTED CERTIFICATE":
            guard let one = d2i_X509_AUX(nil, &at, block.count) else { return false }
            certificates.append(Owned(one) { X509_free($0) })
        case "X509 CRL":
            guard let one = d2i_X509_CRL(nil, &at, block.count) else { return false }
            lists.append(Owned(one) { X509_CRL_free($0) })
        case let kind where kind.hasSuffix("PRIVATE KEY"):
            guard let one = d2i_AutoPrivateKey(nil, &at, block.count) else { return false }
            keys.append(Owned(one) { EVP_PKEY_free($0) })
        default: break
        }
        return true
    }
}

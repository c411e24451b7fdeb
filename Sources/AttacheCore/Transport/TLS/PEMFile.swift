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
    /// Keys that are encrypted, where no passphrase was given.
    private(set) var keysLocked = 0
    /// A passphrase was needed.
    private(set) var wasEncrypted = false
    private var blocks = 0

    /// What no file but that of the key should hold.
    var holdsKey: Bool { !keys.isEmpty || keysLocked > 0 }

    /// `purpose`: what the operator knows the file as, "certificate", "CA file".
    init(
        reading path: String, as purpose: String, passphrase: Passphrase? = nil
    ) throws(ConfigurationProblem) {
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
                try take(UnsafeRawBufferPointer(bytes), as: purpose, passphrase)
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
        _ bytes: UnsafeRawBufferPointer, as purpose: String, _ passphrase: Passphrase?
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
            if block.isEncrypted {
                try addEncrypted(block, passphrase)
                continue
            }
            guard add(block) else {
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
    private mutating func add(_ block: borrowing PEMBlock) -> Bool {
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

    private mutating func addEncrypted(
        _ block: borrowing PEMBlock, _ passphrase: Passphrase?
    ) throws(ConfigurationProblem) {
        wasEncrypted = true
        guard let passphrase else {
            keysLocked += 1
            return
        }
        guard let key = block.key(openedWith: passphrase) else {
            throw ConfigurationProblem(
                "the passphrase in \"\(passphrase.path)\" does not open the key \"\(path)\" "
                    + "(\(OpenSSLError.first()))",
                remedy: "The first line of the file counts, without its line end. Try it with "
                    + "`openssl pkey -in KEY -passin file:PASSPHRASE -noout`.",
                setting: "key-passphrase-file")
        }
        keys.append(key)
    }
}

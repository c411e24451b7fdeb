// SPDX-License-Identifier: Apache-2.0
// The private key of an identity, with or without a passphrase.

import COpenSSL

struct SecretKey {
    let key: Owned
    /// Of the key's file and of the passphrase's.
    private(set) var digests: [[UInt8]]

    /// nil: `findings` says why.
    init?(_ identity: Identity, at place: String, _ findings: inout TLSMaterial.Findings) {
        var passphrase: Passphrase?
        if let path = identity.keyPassphraseFile {
            do {
                let read = try Passphrase(reading: path)
                passphrase = read
                findings.warnings += Self.warnings(path, as: "passphrase", read.facts)
            } catch {
                findings.note(error, at: "key-passphrase-file", within: place)
                return nil
            }
        }
        do {
            let file = try PEMFile(reading: identity.key, as: "key", passphrase: passphrase)
            key = try Self.key(of: file)
            digests = [file.digest] + (passphrase.map { [$0.digest] } ?? [])
            findings.warnings += Self.warnings(identity.key, as: "key", file.facts)
            if let passphrase, !file.wasEncrypted {
                findings.warnings.append(
                    "the key \"\(identity.key)\" is not encrypted, so the passphrase in "
                        + "\"\(passphrase.path)\" is for nothing: is it the right key?")
            }
        } catch {
            findings.note(error, at: "key", within: place)
            return nil
        }
    }

    private static func key(of file: PEMFile) throws(ConfigurationProblem) -> Owned {
        if let key = file.keys.first, file.keys.count == 1, file.keysLocked == 0 { return key }
        if file.keysLocked == 1, file.keys.isEmpty {
            throw ConfigurationProblem(
                "the key \"\(file.path)\" is encrypted, and no passphrase is named for it",
                remedy: "Name the file whose first line is the passphrase (key-passphrase-file).")
        }
        let count = file.keys.count + file.keysLocked
        throw ConfigurationProblem(
            "\"\(file.path)\" holds " + (count == 0 ? "no private key" : "\(count) private keys"),
            remedy: "Name a file with one -----BEGIN PRIVATE KEY----- block.")
    }

    private static func warnings(
        _ path: String, as purpose: String, _ facts: SmallFile.Facts
    ) -> [String] {
        guard facts.isReadableByAll else { return [] }
        return [
            "the \(purpose) \"\(path)\" is readable by everybody on this machine "
                + "(\(facts)); chmod 0600 it"
        ]
    }
}

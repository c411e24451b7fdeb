// SPDX-License-Identifier: Apache-2.0
// What every role of TLS has, from flags to settings: our certificate, versions, accepted names.

import AttacheConfiguration
import AttacheCore

extension IdentityFlags {
    /// In the order of the flags: the first certificate has the first key.
    func settings() throws(Problem) -> [Identity] {
        let (files, keys, words) = (certificate, key, keyPassphraseFile)
        let (certificateFlag, keyFlag) = (Of.flag("certificate"), Of.flag("key"))
        let wordFlag = Of.flag("key-passphrase-file")
        if keys.isEmpty, !files.isEmpty {
            throw Problem(
                "\(certificateFlag) is nothing without its private key; "
                    + "add \(keyFlag) FILE (the same file, if it holds both)")
        }
        if files.isEmpty, !keys.isEmpty {
            throw Problem("\(keyFlag) belongs to a certificate; add \(certificateFlag) FILE")
        }
        if files.isEmpty, !words.isEmpty {
            throw Problem("\(wordFlag) opens a key, and none is named; add \(keyFlag) FILE")
        }
        guard files.count == keys.count else {
            throw Problem(
                "\(certificateFlag) is said \(files.count.times) and \(keyFlag) "
                    + "\(keys.count.times); write them in pairs, each certificate with its key")
        }
        guard words.count <= 1 || words.count == keys.count else {
            throw Problem(
                "\(wordFlag) is said \(words.count.times) and \(keyFlag) \(keys.count.times); "
                    + "write one for all keys, or one for each")
        }
        return files.indices.map { index in
            var identity = Identity(certificate: files[index], key: keys[index])
            identity.keyPassphraseFile = words.count == 1 ? words[0] : words.dropFirst(index).first
            return identity
        }
    }
}

extension Int {
    /// `once`, `twice`, `3 times`
    fileprivate var times: String { self == 1 ? "once" : self == 2 ? "twice" : "\(self) times" }
}

extension SpokenTLSFlags {
    func settings() throws(Problem) -> TLSSettings {
        var tls = TLSSettings()
        tls.crl = crl
        tls.minVersion = minVersion?.version ?? tls.minVersion
        tls.maxVersion = maxVersion?.version ?? tls.maxVersion
        tls.alpn = alpn ?? tls.alpn
        tls.uncleanEnd = uncleanEnd ?? tls.uncleanEnd
        tls.ciphers = ciphers
        tls.cipherSuites = cipherSuites
        tls.groups = groups
        guard tls.minVersion <= tls.maxVersion else {
            throw Problem(
                "\(Of.flag("min-version")) is above \(Of.flag("max-version")): "
                    + "no version is left to speak")
        }
        return tls
    }
}

extension [String] {
    func policy(of flag: String) throws(Problem) -> IdentityPolicy {
        do {
            return try IdentityPolicy(parsing: self)
        } catch {
            throw Problem("\(flag): \(error.message)")
        }
    }
}

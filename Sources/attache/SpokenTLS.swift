// SPDX-License-Identifier: Apache-2.0
// What every role of TLS has, from flags to settings: our certificate, versions, accepted names.

import AttacheConfiguration
import AttacheCore

extension IdentityFlags {
    func settings() throws(Problem) -> Identity? {
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return Identity(certificate: certificate, key: key)
        case (_?, nil):
            throw Problem(
                "\(Of.flag("certificate")) is nothing without its private key; "
                    + "add \(Of.flag("key")) FILE (the same file, if it holds both)")
        case (nil, _?):
            throw Problem(
                "\(Of.flag("key")) belongs to a certificate; add \(Of.flag("certificate")) FILE")
        }
    }
}

extension SpokenTLSFlags {
    func settings() throws(Problem) -> TLSSettings {
        var tls = TLSSettings()
        tls.crl = crl
        tls.minVersion = minVersion?.version ?? tls.minVersion
        tls.maxVersion = maxVersion?.version ?? tls.maxVersion
        tls.alpn = alpn ?? tls.alpn
        tls.uncleanEnd = uncleanEnd ?? tls.uncleanEnd
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

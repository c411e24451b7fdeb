// SPDX-License-Identifier: Apache-2.0
// TLS flags become settings; a combination that would be quietly weaker than it looks is refused.

import AttacheCore

extension Problem {
    static func tlsWithoutTLS(_ flags: [String], because reason: String) -> Problem {
        Problem(
            "\(flags.listed) \(flags.count == 1 ? "is" : "are") about TLS with the upstream, "
                + "but \(reason); leave out the one or the other")
    }
}

extension UpstreamTLSFlags {
    func settings(towards endpoints: [Address]) throws(Problem) -> ClientTLSSettings {
        var tls = ClientTLSSettings()
        tls.shared = try spoken.settings()
        tls.ca = ca
        tls.identity = try identity.settings()
        tls.serverName = serverName
        tls.verify = try verification(of: endpoints)
        return tls
    }

    private func verification(of endpoints: [Address]) throws(Problem)
        -> ClientTLSSettings.Verify
    {
        let (verifyFlag, allowFlag) = (Of.flag("verify"), Of.flag("allow"))
        if let verify, !allow.isEmpty {
            throw Problem(
                "\(allowFlag) says who the upstream must be, \(verifyFlag) \(verify.rawValue) "
                    + "says otherwise; leave out one of them")
        }
        if verify == .noneInsecure { return .noneInsecure }
        if allow.contains("any-verified") {
            throw Problem(
                "\(allowFlag) any-verified would take anybody's certificate for the upstream's; "
                    + "say who it is (\(allowFlag) dns:db.internal), "
                    + "or leave it out to verify the host name")
        }
        if !allow.isEmpty { return .names(try allow.policy(of: allowFlag)) }
        if serverName == nil, let socket = endpoints.first(where: { $0.host == nil }) {
            throw Problem(
                "--to \(socket) has no host name to verify; say who must answer there: "
                    + "\(Of.flag("server-name")) NAME or \(allowFlag) KIND:PATTERN")
        }
        return .hostName
    }

    var warnings: [String] {
        guard verify == .noneInsecure else { return [] }
        let idle = Of.given(["ca": ca != nil, "crl": spoken.crl != nil])
        return [
            "\(Of.flag("verify")) none-insecure: anybody can pose as the upstream, "
                + "read and change everything"
                + (idle.isEmpty
                    ? "" : "; \(idle.listed) \(idle.count == 1 ? "has" : "have") no effect")
        ]
    }
}

extension ClientTLSFlags {
    /// nil: nothing was said of TLS.
    func settings() throws(Problem) -> ServerTLSSettings? {
        guard let identity = try identity.settings() else {
            guard given.isEmpty else {
                throw Problem(
                    "\(given.listed) \(given.count == 1 ? "is" : "are") about TLS with clients, "
                        + "but there is no certificate to show; add --certificate FILE --key FILE")
            }
            return nil
        }
        var tls = ServerTLSSettings(
            identity: identity, clientCertificate: try whoMayComeIn())
        tls.shared = try spoken.settings()
        return tls
    }

    private func whoMayComeIn() throws(Problem) -> ServerTLSSettings.ClientCertificate {
        guard let clientCA else {
            if let clientCertificate, clientCertificate != .off {
                throw Problem(
                    "--client-certificate \(clientCertificate.rawValue) needs to know who issues "
                        + "them; add --client-ca FILE --allow KIND:PATTERN")
            }
            guard allow.isEmpty else {
                throw Problem(
                    "--allow needs certificates to look at; add --client-ca FILE")
            }
            guard spoken.crl == nil else {
                throw Problem("--crl revokes client certificates; add --client-ca FILE")
            }
            return .off
        }
        if clientCertificate == .off {
            throw Problem(
                "--client-certificate off asks no client for a certificate and --client-ca "
                    + "says who issues them; leave out one of them")
        }
        guard !allow.isEmpty else {
            throw Problem(
                "--client-ca says who issues client certificates, not who may come in; "
                    + "say who may come in: --allow dns:app.internal, or --allow any-verified")
        }
        let policy = try allow.policy(of: "--allow")
        return clientCertificate == .optional
            ? .optional(clientCA: clientCA, policy) : .required(clientCA: clientCA, policy)
    }
}

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

// SPDX-License-Identifier: Apache-2.0
// TLS towards an upstream, from flags to settings; what would be quietly weaker than it looks is
// refused.

import AttacheConfiguration
import AttacheCore

/// The flags of an upstream's TLS. Not an option group of groups: in debug builds the parser checks
/// what is inside one again at each level.
struct UpstreamTLS<Of: Role> {
    let trust: UpstreamTrustFlags<Of>
    let identity: IdentityFlags<Of>
    let spoken: SpokenTLSFlags<Of>

    /// What was said, as it was said: without TLS all of it is a mistake.
    var given: [String] { trust.given + identity.given + spoken.given }

    func settings(towards endpoints: [SaidAddress]) throws(Problem) -> ClientTLSSettings {
        var tls = ClientTLSSettings()
        tls.shared = try spoken.settings()
        tls.ca = trust.ca
        tls.identity = try identity.settings().first
        tls.pins = trust.pin
        tls.serverName = trust.serverName
        tls.verify = try verification(of: endpoints)
        return tls
    }

    private func verification(of endpoints: [SaidAddress]) throws(Problem)
        -> ClientTLSSettings.Verify
    {
        let (verifyFlag, allowFlag) = (Of.flag("verify"), Of.flag("allow"))
        if let verify = trust.verify, !trust.allow.isEmpty {
            throw Problem(
                "\(allowFlag) says who the upstream must be, \(verifyFlag) \(verify.rawValue) "
                    + "says otherwise; leave out one of them")
        }
        if trust.verify == .noneInsecure, !trust.pin.isEmpty {
            throw Problem(
                "\(Of.flag("pin")) is looked at after the certificate was verified, "
                    + "\(verifyFlag) none-insecure verifies nothing; name the upstream's own "
                    + "certificate as \(Of.flag("ca")) instead")
        }
        if trust.verify == .noneInsecure { return .noneInsecure }
        if trust.allow.contains("any-verified") {
            throw Problem(
                "\(allowFlag) any-verified would take anybody's certificate for the upstream's; "
                    + "say who it is (\(allowFlag) dns:db.internal), "
                    + "or leave it out to verify the host name")
        }
        if !trust.allow.isEmpty { return .names(try trust.allow.policy(of: allowFlag)) }
        if trust.serverName == nil, let socket = endpoints.first(where: { $0.address.host == nil })
        {
            throw Problem(
                "\(socket.said) has no host name to verify; say who must answer there: "
                    + "\(Of.flag("server-name")) NAME or \(allowFlag) KIND:PATTERN")
        }
        return .hostName
    }

    var warnings: [String] {
        guard trust.verify == .noneInsecure else { return [] }
        let idle = Of.given(["ca": trust.ca != nil, "crl": spoken.crl != nil])
        return [
            "\(Of.flag("verify")) none-insecure: anybody can pose as the upstream, "
                + "read and change everything"
                + (idle.isEmpty
                    ? "" : "; \(idle.listed) \(idle.count == 1 ? "has" : "have") no effect")
        ]
    }
}

extension Problem {
    static func tlsWithoutTLS(_ flags: [String], because reason: String) -> Problem {
        Problem(
            "\(flags.listed) \(flags.count == 1 ? "is" : "are") about TLS with the upstream, "
                + "but \(reason); leave out the one or the other")
    }
}

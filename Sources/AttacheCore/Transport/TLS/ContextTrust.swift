// SPDX-License-Identifier: Apache-2.0
// From settings to whom we trust; contradictions are told, never resolved in silence.

extension TLSContext {
    static func trust(
        _ settings: ServerTLSSettings, into context: OpaquePointer
    ) throws(ConfigurationProblem) -> PeerTrust {
        switch settings.clientCertificate {
        case .off:
            guard settings.shared.crl == nil else {
                throw ConfigurationProblem(
                    "crl names a list of revoked client certificates, but none is asked for",
                    remedy: "Name client-ca too, or take crl out.")
            }
            return .nobody
        case .optional(let ca, let policy):
            return try PeerTrust(
                demand: .optional, ca: ca, crl: settings.shared.crl, policy: policy, into: context)
        case .required(let ca, let policy):
            return try PeerTrust(
                demand: .required, ca: ca, crl: settings.shared.crl, policy: policy, into: context)
        }
    }

    static func trust(
        _ settings: ClientTLSSettings, into context: OpaquePointer, warnings: inout [String]
    ) throws(ConfigurationProblem) -> PeerTrust {
        switch settings.verify {
        case .hostName:
            return try PeerTrust(
                demand: .required, ca: settings.ca, crl: settings.shared.crl, policy: nil,
                into: context)
        case .names(let policy):
            // It would make every certificate of the CA good for every upstream.
            guard !policy.allowsAny else {
                throw ConfigurationProblem(
                    "any-verified is for clients; an upstream is known by its name",
                    remedy: "Write the names to accept (dns:db.internal, uri:spiffe://…), or "
                        + "take allow out: the host name is then verified.")
            }
            return try PeerTrust(
                demand: .required, ca: settings.ca, crl: settings.shared.crl, policy: policy,
                into: context)
        case .noneInsecure:
            warnings.append(
                "the upstream's certificate is not verified (none-insecure): anybody on the way "
                    + "can read and change everything"
                    + (settings.ca == nil && settings.shared.crl == nil
                        ? "" : "; the CA and CRL files named are not looked at"))
            return .nobody
        }
    }

    /// As a host name or an address; anything else would be sent and never match.
    static func checkedServerName(_ name: String) throws(ConfigurationProblem) -> String {
        let labels = (name.hasSuffix(".") ? name.dropLast() : Substring(name))
            .split(separator: ".", omittingEmptySubsequences: false)
        let isName =
            name.utf8.count <= 253
            && labels.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(DNSName.allowsByte) }
        guard isName || IPLiteral.canonical(name) != nil else {
            throw ConfigurationProblem(
                "server-name \"\(name)\" is neither a host name nor an IP address",
                remedy: "Write the name that stands in the upstream's certificate, without a "
                    + "port; an internationalised one in its xn-- form.")
        }
        return name
    }
}

// SPDX-License-Identifier: Apache-2.0
// From settings to whom we trust; contradictions are told, never resolved in silence.

extension TLSParts {
    mutating func takeTrust(_ settings: ServerTLSSettings) {
        switch settings.clientCertificate {
        case .off:
            guard settings.shared.crl != nil else { return }
            findings.note(
                ConfigurationProblem(
                    "crl names a list of revoked client certificates, but none is asked for",
                    remedy: "Name client-ca too, or take crl out."), at: "crl")
        case .optional(let ca, let policy):
            trust = PeerTrust(demand: .optional, policy: policy)
            load(ca, at: "client-ca")
        case .required(let ca, let policy):
            trust = PeerTrust(demand: .required, policy: policy)
            load(ca, at: "client-ca")
        }
    }

    mutating func takeTrust(_ settings: ClientTLSSettings) {
        if let name = settings.serverName { checkServerName(name) }
        switch settings.verify {
        case .hostName:
            trust = PeerTrust(demand: .required, policy: nil)
        case .names(let policy):
            trust = PeerTrust(demand: .required, policy: policy)
            // It would make every certificate of the CA good for every upstream.
            if policy.allowsAny {
                findings.note(
                    ConfigurationProblem(
                        "any-verified is for clients; an upstream is known by its name",
                        remedy: "Write the names to accept (dns:db.internal, uri:spiffe://…), or "
                            + "take allow out: the host name is then verified."), at: "allow")
            }
        case .noneInsecure:
            takeNobody(settings)
            return
        }
        trust.pins = settings.pins
        load(settings.ca, at: "ca")
    }

    private mutating func takeNobody(_ settings: ClientTLSSettings) {
        findings.warnings.append(
            "the upstream's certificate is not verified (none-insecure): anybody on the way "
                + "can read and change everything"
                + (settings.ca == nil && settings.shared.crl == nil
                    ? "" : "; the CA and CRL files named are not looked at"))
        if !settings.pins.isEmpty {
            findings.note(
                ConfigurationProblem(
                    "pins are looked at after the certificate was verified, and none-insecure "
                        + "verifies nothing",
                    remedy: "Name the upstream's own certificate as ca in place of none-insecure, "
                        + "or take the pins out."), at: "pins")
        }
    }

    private mutating func load(_ ca: String?, at setting: String) {
        guard let context = contexts.first else { return }
        defer { withExtendedLifetime(context) {} }
        if let ca {
            do {
                try trust.loadAuthorities(ca, into: context.raw)
            } catch {
                findings.note(error, at: setting)
            }
        } else {
            trust.loadSystemStore(into: context.raw)
        }
        guard let crl = shared.crl else { return }
        do {
            try trust.loadLists(crl, into: context.raw)
        } catch {
            findings.note(error, at: "crl")
        }
    }

    /// As a host name or an address; anything else would be sent and never match.
    private mutating func checkServerName(_ name: String) {
        let labels = (name.hasSuffix(".") ? name.dropLast() : Substring(name))
            .split(separator: ".", omittingEmptySubsequences: false)
        let isName =
            name.utf8.count <= 253
            && labels.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(DNSName.allowsByte) }
        guard !isName, IPLiteral.canonical(name) == nil else { return }
        findings.note(
            ConfigurationProblem(
                "server-name \"\(name)\" is neither a host name nor an IP address",
                remedy: "Write the name that stands in the upstream's certificate, without a "
                    + "port; an internationalised one in its xn-- form."), at: "server-name")
    }
}

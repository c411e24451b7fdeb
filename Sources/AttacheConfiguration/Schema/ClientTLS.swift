// SPDX-License-Identifier: Apache-2.0
// TLS towards an upstream, as keys, and from keys to settings.

import AttacheCore

/// The block as it is written; what contradicts itself is told when it becomes settings.
struct ClientTLSDraft: Sendable {
    var settings = ClientTLSSettings()
    var one = OptionalIdentity()
    var verify = VerifyChoice.hostName
    var allow: IdentityPolicy?

    static let fields: [Field<ClientTLSDraft>] =
        [
            Field(
                optional: "ca", .file, \.settings.ca, example: "certs/ca.pem",
                "PEM file of the authorities to trust. Without it the system's store counts "
                    + "(SSL_CERT_FILE and SSL_CERT_DIR are honoured)."),
            Field(
                optional: "server-name", .hostName, \.settings.serverName, example: "db.internal",
                "The name that the certificate must be for, and SNI, in place of the endpoint's "
                    + "host."),
            Field(
                "verify", .word, \.verify,
                "What is verified: host-name, or none-insecure for nothing at all."),
            Field(
                optional: "allow", .allow(anyWord: false), \.allow,
                example: "{uri: [\"spiffe://corp/gateway\"]}",
                "Which names its certificate may have, in place of the host name; one that "
                    + "matches is enough."),
            Field(
                "pins", .list(of: .pin), \.settings.pins,
                example: "[sha256/iGx13k9e1BMHYXRGPzIULv+HzbHG1BRu55vnlcbrG6U=]",
                "Its key must be one of these, beside everything else."),
        ] + OptionalIdentity.fields.map { $0.of(\.one) }
        + [Field<TLSSettings>].sharedTLS.map { $0.of(\.settings.shared) }
}

extension Kind where Value == ClientTLSSettings {
    static let clientTLS = Kind<ClientTLSDraft>
        .block(ClientTLSDraft.fields, initial: ClientTLSDraft.init)
        .map { draft, node, reading in draft.settings(node, &reading) }
}

extension ClientTLSDraft {
    fileprivate func settings(_ node: Node, _ reading: inout Reading) -> ClientTLSSettings {
        var settings = settings
        settings.shared.check(node, &reading)
        settings.identity = one.identity(in: node, &reading)
        if verify == .noneInsecure {
            settings.verify = .noneInsecure
            nothingElse(node, &reading)
        } else if let allow {
            settings.verify = .names(allow)
        }
        return settings
    }

    /// Whoever names an authority and turns verification off believes in the one or the other.
    private func nothingElse(_ node: Node, _ reading: inout Reading) {
        let idle = ["ca", "allow", "pins", "crl"].filter { node[$0] != nil }
        if idle.isEmpty { return }
        reading.problem(
            node.nearest("verify"),
            "none-insecure verifies nothing, and \(idle.listed) would be without effect",
            remedy: "Leave verify out, or \(idle.listed).")
    }
}

// SPDX-License-Identifier: Apache-2.0
// TLS towards clients, as keys, and from keys to settings.

import AttacheCore

/// The block as it is written; what contradicts itself is told when it becomes settings.
struct ServerTLSDraft: Sendable {
    enum Demand: String, Sendable, CaseIterable {
        case required, optional
    }
    var one = OptionalIdentity()
    var certificates: [IdentityDraft]?
    var clientCA: String?
    var demand = Demand.required
    var allow: IdentityPolicy?
    var shared = TLSSettings()

    static let fields: [Field<ServerTLSDraft>] =
        OptionalIdentity.fields.map { $0.of(\.one) } + [
            Field(
                optional: "certificates",
                .list(of: .block(identity, initial: IdentityDraft.init)), \.certificates,
                example: "[{certificate: certs/a.pem, key: certs/a.key}]",
                "Several certificates in place of one, chosen by the name that a client asks for "
                    + "(SNI); the first is for everybody else."),
            Field(
                optional: "client-ca", .file, \.clientCA, example: "certs/clients-ca.pem",
                "PEM file of the authorities of client certificates. Without it none is asked "
                    + "for."),
            Field(
                "client-certificate", .word, \.demand,
                "With client-ca: whether a client without a certificate is refused."),
            Field(
                optional: "allow", .allow(anyWord: true), \.allow,
                example: "{dns: [\"*.apps.internal\"]}",
                "Which names in a client's certificate are let in (one that matches is enough), or "
                    + "the one word any-verified. Required with client-ca."),
        ] + [Field<TLSSettings>].sharedTLS.map { $0.of(\.shared) }

    private static let identity: [Field<IdentityDraft>] = [
        Field(
            "certificate", .file, \.certificate, required: true, example: "certs/a.pem",
            "The certificate (PEM), leaf first."),
        Field(
            "key", .file, \.key, required: true, example: "certs/a.key", "Its private key (PEM)."),
        Field(
            optional: "key-passphrase-file", .secretFile, \.passphraseFile,
            example: "/run/secrets/a.pass",
            "The file whose first line opens an encrypted key."),
    ]
}

extension Kind where Value == ServerTLSSettings {
    static let serverTLS = Kind<ServerTLSDraft>
        .block(ServerTLSDraft.fields, initial: ServerTLSDraft.init)
        .map { draft, node, reading in draft.settings(node, &reading) }
}

extension ServerTLSDraft {
    fileprivate func settings(_ node: Node, _ reading: inout Reading) -> ServerTLSSettings {
        shared.check(node, &reading)
        var settings = ServerTLSSettings(
            identities: identities(node, &reading),
            clientCertificate: clientCertificate(node, &reading))
        settings.shared = shared
        return settings
    }

    private func identities(_ node: Node, _ reading: inout Reading) -> [Identity] {
        let one = one.identity(in: node, &reading)
        guard let list = node["certificates"] else {
            if ["certificate", "key", "certificates"].allSatisfy({ reading.lacks($0, node) }) {
                reading.problem(
                    with: node, "speaks TLS with clients and has no certificate to show",
                    remedy: "Add certificate: FILE and key: FILE.")
            }
            return one.map { [$0] } ?? []
        }
        if node["certificate"] != nil || node["key"] != nil {
            reading.problem(
                with: list, "stands beside a single certificate",
                remedy: "Move that one into the list, as its first: it is for everybody who asks "
                    + "for no other name.")
        } else if certificates?.isEmpty == true, reading.isSound(list) {
            reading.problem(
                list, "is empty: there is no certificate to show",
                remedy: "Write such as [{certificate: a.pem, key: a.key}].")
        }
        return (certificates ?? []).map(\.identity)
    }

    private func clientCertificate(
        _ node: Node, _ reading: inout Reading
    ) -> ServerTLSSettings.ClientCertificate {
        if let clientCA {
            if let allow {
                return demand == .optional
                    ? .optional(clientCA: clientCA, allow) : .required(clientCA: clientCA, allow)
            }
            if reading.lacks("allow", node) {
                reading.problem(
                    with: node.nearest("client-ca"),
                    "says who issues client certificates, not who may come in",
                    remedy: "Add allow: {dns: [app.internal]}, or allow: any-verified.")
            }
        } else if reading.lacks("client-ca", node) {
            for (key, what) in [
                (
                    "client-certificate",
                    "asks for certificates, and nobody is named who issues them"
                ),
                ("allow", "needs certificates to look at, and none is asked for"),
                ("crl", "revokes client certificates, and none is asked for"),
            ] where node[key] != nil {
                reading.problem(
                    with: node.nearest(key), what, remedy: "Add client-ca: FILE, or leave it out.")
            }
        }
        return .off
    }
}

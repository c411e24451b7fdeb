// SPDX-License-Identifier: Apache-2.0
// TLS towards clients: whom we let in.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct AdmissionFlags: ParsableArguments {
    @Option(
        name: .customLong("client-ca"),
        help: .init("Authorities of client certificates (PEM).", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var clientCA: String?

    @Option(
        help: .init(
            "Asked of clients. (default: required with --client-ca, else off)",
            valueName: "when"))
    var clientCertificate: ClientCertificateChoice?

    @Option(
        help: .init(
            "Who may come in: dns:*.app.internal, uri:spiffe://corp/**, cn:NAME, ou:NAME, "
                + "ip:ADDR, spki:PIN; or any-verified.",
            valueName: "name"))
    var allow: [String] = []

    @Option(
        help: .init(
            Defaults.said("TLS with the client.", Defaults.listener.handshakeTimeout),
            valueName: "time"),
        transform: Durations.positive)
    var handshake: Duration?

    var given: [String] {
        Clients.given([
            "client-ca": clientCA != nil, "client-certificate": clientCertificate != nil,
            "allow": !allow.isEmpty, "handshake": handshake != nil,
        ])
    }
}

// SPDX-License-Identifier: Apache-2.0
// TLS towards an upstream: whom we trust and who it must be.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct UpstreamTrustFlags<Of: Role>: ParsableArguments {
    @Option(
        name: Of.names("ca"),
        help: .init("Authorities to trust (PEM). (default: the system's)", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var ca: String?

    @Option(
        name: Of.names("server-name"),
        help: .init("Expected name and SNI, instead of the host's.", valueName: "name"),
        transform: Texts.serverName)
    var serverName: String?

    @Option(
        name: Of.names("allow"),
        help: .init(
            "Who it may be, instead of the host name: dns:*.db.internal, "
                + "uri:spiffe://corp/**, cn:NAME, ou:NAME, ip:ADDR, spki:PIN.",
            valueName: "name"))
    var allow: [String] = []

    @Option(
        name: Of.names("pin"),
        help: .init(
            "Its key must be this one too; repeatable.", valueName: "sha256/…"),
        transform: Texts.pin)
    var pin: [KeyPin] = []

    @Option(
        name: Of.names("verify"),
        help: .init("What is verified. (default: host-name)", valueName: "what"))
    var verify: VerifyChoice?

    @Option(
        name: Of.names("handshake"),
        help: .init(
            Defaults.said("TLS with the upstream, after TCP.", Defaults.upstream.handshakeTimeout),
            valueName: "time"),
        transform: Durations.positive)
    var handshake: Duration?

    var given: [String] {
        Of.given([
            "ca": ca != nil, "server-name": serverName != nil, "allow": !allow.isEmpty,
            "pin": !pin.isEmpty, "verify": verify != nil, "handshake": handshake != nil,
        ])
    }
}

// SPDX-License-Identifier: Apache-2.0
// The TLS flags that every role has.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

/// Who we are.
struct IdentityFlags<Of: Role>: ParsableArguments {
    @Option(
        name: Of.names("certificate", "cert"),
        help: .init("\(Of.certificate)", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var certificate: String?

    @Option(
        name: Of.names("key"), help: .init("Its private key (PEM).", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var key: String?

    var given: [String] {
        Of.given(["certificate": certificate != nil, "key": key != nil])
    }
}

/// How TLS is spoken.
struct SpokenTLSFlags<Of: Role>: ParsableArguments {
    @Option(
        name: Of.names("crl"), help: .init("Revoked certificates (PEM).", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var crl: String?

    @Option(
        name: Of.names("min-version"),
        help: .init(
            "Oldest TLS. (default: \(VersionChoice(Defaults.tls.minVersion).rawValue))",
            valueName: "v"))
    var minVersion: VersionChoice?

    @Option(
        name: Of.names("max-version"),
        help: .init(
            "Newest TLS. (default: \(VersionChoice(Defaults.tls.maxVersion).rawValue))",
            valueName: "v"))
    var maxVersion: VersionChoice?

    @Option(
        name: Of.names("alpn"),
        help: .init("Protocols, preferred first; none in common is refused.", valueName: "a,b"),
        transform: Texts.protocols)
    var alpn: [String]?

    @Option(
        name: Of.names("unclean-end"),
        help: .init(
            "End without close_notify. (default: \(Defaults.tls.uncleanEnd.rawValue))",
            valueName: "how"))
    var uncleanEnd: UncleanEnd?

    var given: [String] {
        Of.given([
            "crl": crl != nil, "min-version": minVersion != nil, "max-version": maxVersion != nil,
            "alpn": alpn != nil, "unclean-end": uncleanEnd != nil,
        ])
    }
}

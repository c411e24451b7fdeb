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
    var certificate: [String] = []

    @Option(
        name: Of.names("key"), help: .init("Its private key (PEM).", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var key: [String] = []

    @Option(
        name: Of.names("key-passphrase-file"),
        help: .init("Its first line opens an encrypted key.", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var keyPassphraseFile: [String] = []

    var given: [String] {
        Of.given([
            "certificate": !certificate.isEmpty, "key": !key.isEmpty,
            "key-passphrase-file": !keyPassphraseFile.isEmpty,
        ])
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

    @Option(
        name: Of.names("ciphers"),
        help: .init("Suites of TLS 1.2, preferred first.", valueName: "a,b"),
        transform: Texts.algorithms)
    var ciphers: [String]?

    @Option(
        name: Of.names("cipher-suites"),
        help: .init("Suites of TLS 1.3, preferred first.", valueName: "a,b"),
        transform: Texts.algorithms)
    var cipherSuites: [String]?

    @Option(
        name: Of.names("groups"),
        help: .init("Groups of the key exchange, preferred first.", valueName: "a,b"),
        transform: Texts.algorithms)
    var groups: [String]?

    var given: [String] {
        Of.given([
            "crl": crl != nil, "min-version": minVersion != nil, "max-version": maxVersion != nil,
            "alpn": alpn != nil, "unclean-end": uncleanEnd != nil, "ciphers": ciphers != nil,
            "cipher-suites": cipherSuites != nil, "groups": groups != nil,
        ])
    }
}

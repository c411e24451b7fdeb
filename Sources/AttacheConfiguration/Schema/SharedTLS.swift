// SPDX-License-Identifier: Apache-2.0
// What both roles of TLS have in common, as keys.

import AttacheCore

extension [Field<TLSSettings>] {
    typealias Key = Field<TLSSettings>

    static let sharedTLS: [Field<TLSSettings>] = [
        Key(
            optional: "crl", .file, \.crl, example: "certs/revoked.pem",
            "PEM file of revoked certificates. The leaf's issuer must have a list in it that has "
                + "not expired; other issuers are checked where there is one."),
        Key("min-version", .tlsVersion, \.minVersion, "The oldest TLS that is spoken."),
        Key("max-version", .tlsVersion, \.maxVersion, "The newest TLS that is spoken."),
        Key(
            "alpn", .list(of: .protocolName), \.alpn, example: "[h2, http/1.1]",
            "Protocols, preferred first; none in common is refused. Without it ALPN is not used."),
        Key(
            "unclean-end", .word, \.uncleanEnd,
            "A stream that ends without close_notify: abort, or end for peers that never send "
                + "one (it is logged all the same)."),
        Key(
            optional: "ciphers",
            .list(of: .openSSLName("a cipher suite", "ECDHE-RSA-AES128-GCM-SHA256")), \.ciphers,
            example: "[ECDHE-ECDSA-AES128-GCM-SHA256, ECDHE-RSA-AES128-GCM-SHA256]",
            "Suites of TLS 1.2 by OpenSSL's names, preferred first. Without it: ECDHE with "
                + "AES-GCM or ChaCha20."),
        Key(
            optional: "cipher-suites",
            .list(of: .openSSLName("a cipher suite", "TLS_AES_128_GCM_SHA256")), \.cipherSuites,
            example: "[TLS_AES_128_GCM_SHA256]",
            "Suites of TLS 1.3, preferred first. Without it: all three."),
        Key(
            optional: "groups", .list(of: .openSSLName("a group", "X25519")), \.groups,
            example: "[X25519, P-256]",
            "Groups for the key exchange, preferred first. Without it: OpenSSL's own."),
    ]
}

extension Kind where Value == TLSVersion {
    static let tlsVersion = Kind<VersionChoice>.word.map(
        text: { VersionChoice($0).rawValue }, { choice, _, _ in choice.version })
}

/// A certificate and its key.
struct IdentityDraft: Sendable {
    var certificate = ""
    var key = ""
    var passphraseFile: String?

    var identity: Identity {
        var identity = Identity(certificate: certificate, key: key)
        identity.keyPassphraseFile = passphraseFile
        return identity
    }
}

/// The keys of a block that show a certificate, where it may be without one.
struct OptionalIdentity: Sendable {
    var certificate: String?
    var key: String?
    var passphraseFile: String?

    static let fields: [Field<OptionalIdentity>] = [
        Field(
            optional: "certificate", .file, \.certificate, example: "certs/app.pem",
            "Our certificate (PEM): the leaf first, then its intermediates, without the root."),
        Field(
            optional: "key", .file, \.key, example: "certs/app.key",
            "Its private key (PEM); it may be the same file."),
        Field(
            optional: "key-passphrase-file", .secretFile, \.passphraseFile,
            example: "/run/secrets/app.pass",
            "The file whose first line opens an encrypted key."),
    ]

    /// nil: there is none, or half of one, which has been noted.
    func identity(in node: Node, _ reading: inout Reading) -> Identity? {
        switch (certificate, key) {
        case (let certificate?, let key?):
            return IdentityDraft(
                certificate: certificate, key: key, passphraseFile: passphraseFile
            ).identity
        case (_?, nil) where reading.lacks("key", node):
            reading.problem(
                with: node.nearest("certificate"), "is nothing without its private key",
                remedy: "Add key: FILE (the same file, if it holds both).")
        case (nil, _?) where reading.lacks("certificate", node):
            reading.problem(
                with: node.nearest("key"), "belongs to a certificate",
                remedy: "Add certificate: FILE.")
        case (nil, nil) where passphraseFile != nil && reading.lacks("key", node):
            reading.problem(
                with: node.nearest("key-passphrase-file"), "opens a key, and there is none",
                remedy: "Add certificate: FILE and key: FILE.")
        default: break
        }
        return nil
    }

}

extension TLSSettings {
    func check(_ node: Node, _ reading: inout Reading) {
        if minVersion > maxVersion {
            reading.problem(
                node.nearest("min-version"), "is above max-version: no version is left to speak",
                remedy: "Write both as 1.2 or 1.3, the lower one as min-version.")
        }
        let lists = [("ciphers", ciphers), ("cipher-suites", cipherSuites), ("groups", groups)]
        for (name, list) in lists where list?.isEmpty == true && reading.isSound(node.nearest(name))
        {
            reading.problem(
                node.nearest(name), "is empty: nothing is left to agree upon",
                remedy: "Name at least one, or leave it out.")
        }
    }
}

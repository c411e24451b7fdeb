// SPDX-License-Identifier: Apache-2.0
// Our own certificate and key: read, matched, put into a context; and what to say about them.

import COpenSSL

/// What messages need to know about it; the objects themselves live in the context.
struct OwnCertificate: Sendable {
    let file: String
    let subject: String
    let issuer: String
    let notAfter: Moment?
    let names: PresentedNames

    /// Worth a warning two weeks before: renewals are monthly jobs that have failed by then.
    private static let warnedBeforeSeconds = 14 * 86_400

    /// `CN=app from "app.pem", issuer CN=Corp CA 2, notAfter …, dns:app.internal`
    var text: String {
        "\(subject) from \"\(file)\", issuer \(issuer)"
            + (notAfter.map { ", notAfter \($0)" } ?? "") + ", \(names)"
    }

    init(
        _ identity: Identity, into context: OpaquePointer, warnings: inout [String]
    ) throws(ConfigurationProblem) {
        let certificates = try Self.certificates(identity)
        let key = try Self.key(identity, warnings: &warnings)
        try Self.match(certificates, key, identity)

        guard Self.install(certificates, key, into: context) else {
            throw ConfigurationProblem(
                "the certificate \"\(identity.certificate)\" cannot be used: "
                    + OpenSSLError.first(),
                remedy: "TLS 1.2 and 1.3 want RSA of 2048 bits or more, or an elliptic curve, "
                    + "signed with SHA-256 or better.")
        }
        let leaf = certificates[0]
        let certificate = Certificate(leaf.raw)
        file = identity.certificate
        subject = certificate.subject
        issuer = certificate.issuer
        notAfter = certificate.notAfter
        names = certificate.names
        warnings += Self.warnings(about: certificate, in: identity.certificate)
        withExtendedLifetime(leaf) {}  // `certificate` only looks at it
    }

    /// The root is left out where the file has it: who does not have it already must not take it
    /// from us, and everybody would pay for its bytes in each handshake.
    private static func install(
        _ certificates: [Owned], _ key: Owned, into context: OpaquePointer
    ) -> Bool {
        // The stack holds pointers that own nothing until the context takes its references. An
        // array ends at its last mention in -O, whatever was taken out of it.
        withExtendedLifetime((certificates, key)) {
            let chain = OPENSSL_sk_new_null()
            defer { OPENSSL_sk_free(chain) }  // the stack only
            for issuer in certificates.dropFirst() where !Certificate(issuer.raw).isSelfSigned {
                OPENSSL_sk_push(chain, UnsafeRawPointer(issuer.raw))
            }
            return SSL_CTX_use_cert_and_key(
                context, certificates[0].raw, key.raw, chain, 1) == 1
        }
    }

    /// At least one.
    private static func certificates(
        _ identity: Identity
    ) throws(ConfigurationProblem) -> [Owned] {
        let path = identity.certificate
        let file = try PEMFile(reading: path, as: "certificate")
        guard !file.certificates.isEmpty else {
            throw ConfigurationProblem(
                "\"\(path)\" holds no certificate",
                remedy: file.keys.isEmpty
                    ? "Name a file with the certificate first and its intermediates after it."
                    : "It holds a key; were certificate and key named the wrong way round?")
        }
        // One file for both is a habit of the field (HAProxy); a key that lies in a second file
        // unnoticed is a mistake, and such files are often readable by all.
        guard file.keys.isEmpty || path == identity.key else {
            throw ConfigurationProblem(
                "the certificate \"\(path)\" holds a private key, yet \"\(identity.key)\" is "
                    + "named as the key",
                remedy: "Take the key out of \"\(path)\", or name that file as the key too.")
        }
        return file.certificates
    }

    private static func key(
        _ identity: Identity, warnings: inout [String]
    ) throws(ConfigurationProblem) -> Owned {
        let file = try PEMFile(reading: identity.key, as: "key")
        guard let key = file.keys.first, file.keys.count == 1 else {
            throw ConfigurationProblem(
                "\"\(identity.key)\" holds "
                    + (file.keys.isEmpty ? "no private key" : "\(file.keys.count) private keys"),
                remedy: "Name a file with one -----BEGIN PRIVATE KEY----- block.")
        }
        if file.facts.isReadableByAll {
            warnings.append(
                "the key \"\(identity.key)\" is readable by everybody on this machine "
                    + "(\(file.facts)); chmod 0600 it")
        }
        return key
    }

    private static func match(
        _ certificates: [Owned], _ key: Owned, _ identity: Identity
    ) throws(ConfigurationProblem) {
        defer {
            ERR_clear_error()
            withExtendedLifetime((certificates, key)) {}
        }
        guard X509_check_private_key(certificates[0].raw, key.raw) != 1 else { return }
        let other = certificates.firstIndex { X509_check_private_key($0.raw, key.raw) == 1 }
        throw ConfigurationProblem(
            "the key \"\(identity.key)\" does not belong to the certificate "
                + "\"\(identity.certificate)\" (\(Certificate(certificates[0].raw).subject))",
            remedy: other.map {
                "It belongs to certificate \($0 + 1) of the file: put that one first."
            } ?? "Name the key that the certificate was requested with, or the certificate of "
                + "this key.")
    }

    private static func warnings(about certificate: Certificate, in path: String) -> [String] {
        let now = Moment.now
        let what = "the certificate \"\(path)\" (\(certificate.subject))"
        if let from = certificate.notBefore, from > now {
            return ["\(what) is not valid before \(from), in \(now.distance(to: from))"]
        }
        guard let until = certificate.notAfter else { return [] }
        if until < now { return ["\(what) expired \(until.distance(to: now)) ago, at \(until)"] }
        return until.seconds - now.seconds < warnedBeforeSeconds
            ? ["\(what) expires in \(now.distance(to: until)), at \(until)"] : []
    }
}

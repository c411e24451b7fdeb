// SPDX-License-Identifier: Apache-2.0
// Our own certificate and key: read, matched, put into a context.

import COpenSSL

struct LoadedIdentity {
    let own: OwnCertificate
    /// Leaf first.
    private let certificates: [Owned]
    private let key: Owned
    /// Of the files, for a fingerprint.
    let digests: [[UInt8]]

    /// EVP_PKEY_RSA, EVP_PKEY_EC …: a context holds one certificate of each.
    var keyKind: Int32 { EVP_PKEY_get_base_id(key.raw) }

    /// nil: `findings` says why. `place` stands before the settings' names there.
    init?(
        _ identity: Identity, _ role: TLSRole, at place: String,
        _ findings: inout TLSMaterial.Findings
    ) {
        var chain: PEMFile?
        do {
            chain = try Self.certificates(identity)
        } catch {
            findings.note(error, at: "certificate", within: place)
        }
        guard let secret = SecretKey(identity, at: place, &findings), let chain else { return nil }
        certificates = chain.certificates
        key = secret.key
        digests = [chain.digest] + secret.digests
        own = OwnCertificate(Certificate(certificates[0].raw), file: identity.certificate)
        do {
            try Self.match(certificates, key, identity)
        } catch {
            findings.note(error, at: "key", within: place)
            return nil
        }
        withExtendedLifetime(certificates) {
            findings.warnings += OwnCertificate.warnings(
                about: Certificate(certificates[0].raw), in: identity.certificate, role)
        }
    }

    /// At least one.
    private static func certificates(
        _ identity: Identity
    ) throws(ConfigurationProblem) -> PEMFile {
        let path = identity.certificate
        let file = try PEMFile(reading: path, as: "certificate")
        guard !file.certificates.isEmpty else {
            throw ConfigurationProblem(
                "\"\(path)\" holds no certificate",
                remedy: file.holdsKey
                    ? "It holds a key; were certificate and key named the wrong way round?"
                    : "Name a file with the certificate first and its intermediates after it.")
        }
        // One file for both is a habit of the field (HAProxy); a key that lies in a second file
        // unnoticed is a mistake, and such files are often readable by all.
        guard !file.holdsKey || path == identity.key else {
            throw ConfigurationProblem(
                "the certificate \"\(path)\" holds a private key, yet \"\(identity.key)\" is "
                    + "named as the key",
                remedy: "Take the key out of \"\(path)\", or name that file as the key too.")
        }
        return file
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

    /// The root is left out where the file has it: who does not have it already must not take it
    /// from us, and everybody would pay for its bytes in each handshake.
    func install(into context: OpaquePointer) throws(ConfigurationProblem) {
        // The stack holds pointers that own nothing until the context takes its references. An
        // array ends at its last mention in -O, whatever was taken out of it.
        let isInstalled = withExtendedLifetime((certificates, key)) {
            let chain = OPENSSL_sk_new_null()
            defer { OPENSSL_sk_free(chain) }  // the stack only
            for issuer in certificates.dropFirst() where !Certificate(issuer.raw).isSelfSigned {
                OPENSSL_sk_push(chain, UnsafeRawPointer(issuer.raw))
            }
            return SSL_CTX_use_cert_and_key(
                context, certificates[0].raw, key.raw, chain, 1) == 1
        }
        guard !isInstalled else { return }
        throw ConfigurationProblem(
            "the certificate \"\(own.file)\" cannot be used: " + OpenSSLError.first(),
            remedy: "TLS 1.2 and 1.3 want RSA of 2048 bits or more, or an elliptic curve, "
                + "signed with SHA-256 or better.")
    }
}

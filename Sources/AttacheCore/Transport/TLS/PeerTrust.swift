// SPDX-License-Identifier: Apache-2.0
// Whom we believe to be who: authorities, revocation lists and the names that are accepted.

import COpenSSL

/// Immutable once its context is made; the verify callback reads it from every worker at once.
struct PeerTrust {
    enum Demand: String, Sendable {
        /// No certificate is asked for (server), or what comes is not looked at (client).
        case nothing
        /// Verified if there is one.
        case optional
        case required
    }

    var demand: Demand
    /// Who may come; nil: the name is checked by OpenSSL as a host name or address.
    var policy: IdentityPolicy?
    /// Beside all that, its key must be one of these; empty: any. Heeded in full handshakes: a
    /// client resumes only what it agreed upon under the same settings (TicketStore).
    var pins: [KeyPin] = []
    /// As messages name them: `CA file "ca.pem"`.
    var authorities: String
    /// X509_CRLs; empty: revocation is not looked at.
    var lists: [Owned] = []
    var listFile: String?
    /// Contents of the files, for the session id context and fingerprints.
    var digests: [[UInt8]] = []
    var warnings: [String] = []

    static var nobody: PeerTrust { PeerTrust(demand: .nothing, policy: nil) }

    /// Still without any authority.
    init(demand: Demand, policy: IdentityPolicy?) {
        self.demand = demand
        self.policy = policy
        authorities = "no CA file"
    }

    /// Into the store that the context has.
    mutating func loadAuthorities(
        _ path: String, into context: OpaquePointer
    ) throws(ConfigurationProblem) {
        authorities = "CA file \"\(path)\""
        let file = try PEMFile(reading: path, as: "CA file")
        guard !file.holdsKey else {
            throw ConfigurationProblem(
                "the CA file \"\(path)\" holds a private key",
                remedy: "Take the key out: a CA file is for certificates, and whoever may read it "
                    + "may read the key.")
        }
        guard !file.certificates.isEmpty else {
            throw ConfigurationProblem(
                "the CA file \"\(path)\" holds no certificate",
                remedy: "Name a file with at least one -----BEGIN CERTIFICATE----- block.")
        }
        // The store and the list of names take their own references and copies.
        defer { withExtendedLifetime(file) {} }
        let store = SSL_CTX_get_cert_store(context)
        for certificate in file.certificates {
            guard X509_STORE_add_cert(store, certificate.raw) == 1 else {
                throw ConfigurationProblem(
                    "the CA file \"\(path)\" cannot be used: \(OpenSSLError.first())",
                    remedy: "Look at it with `openssl storeutl -noout -text -certs FILE`.")
            }
            warnings += Self.warnings(about: certificate, in: path)
        }
        // Heeded in servers only.
        SSL_CTX_set_client_CA_list(context, Self.names(of: file.certificates))
        digests.append(file.digest)
    }

    /// An expired root refuses everybody, and the reason would be told one connection at a time.
    private static func warnings(about authority: Owned, in path: String) -> [String] {
        let certificate = Certificate(authority.raw)
        guard let until = certificate.notAfter, until < .now else { return [] }
        return [
            "\(certificate.subject) in the CA file \"\(path)\" expired "
                + "\(until.distance(to: .now)) ago (notAfter \(until))"
        ]
    }

    /// What a server tells its clients so that they choose the right certificate. The field holds
    /// 64 KiB (RFC 8446 §4.2.4); beyond a quarter of that it helps nobody, and is left out.
    private static let namesBytesMax: Int32 = 16 * 1024

    private static func names(of certificates: [Owned]) -> OpaquePointer? {
        let names = OPENSSL_sk_new_null()
        var bytes: Int32 = 0
        for certificate in certificates {
            guard let name = X509_get_subject_name(certificate.raw) else { continue }
            bytes += max(i2d_X509_NAME(name, nil), 0)
            guard bytes <= namesBytesMax, let copy = X509_NAME_dup(name) else { break }
            OPENSSL_sk_push(names, UnsafeRawPointer(copy))
        }
        guard bytes > namesBytesMax else { return names }
        while let name = OPENSSL_sk_pop(names) { X509_NAME_free(OpaquePointer(name)) }
        return names
    }
}

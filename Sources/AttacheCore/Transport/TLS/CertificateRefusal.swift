// SPDX-License-Identifier: Apache-2.0
// Why we refused a peer's certificate: everything an operator needs to find the mistake.

import COpenSSL

struct CertificateRefusal: Sendable, Hashable {
    /// The certificate that was refused: of the peer or, deeper, one of its chain.
    struct Subject: Sendable, Hashable {
        /// 0: the peer's own.
        var depth: Int
        var name: String
        var issuer: String
        var notBefore: Moment?
        var notAfter: Moment?

        init(_ certificate: Certificate, depth: Int) {
            self.depth = depth
            name = certificate.subject
            issuer = certificate.issuer
            notBefore = certificate.notBefore
            notAfter = certificate.notAfter
        }
    }

    /// X509_V_ERR_…
    let code: Int32
    /// What is wrong, in words that stand alone.
    var text: String
    var subject: Subject?
    /// Of the peer's own certificate, whichever one was refused.
    var presented: PresentedNames?
    /// The host name, the IP address or the policy; nil where any name will do.
    var expected: String?
    /// What its chain was held against: `CA file "ca.pem"`.
    var authorities: String

    /// `the certificate expired 3 days ago (depth 0, CN=db-1, issuer CN=Corp CA 2,
    /// notBefore …, notAfter …, names dns:db-1, expected db.internal, CA file "ca.pem")`
    var message: String {
        var facts: [String] = []
        if let subject {
            facts += ["depth \(subject.depth)", subject.name, "issuer \(subject.issuer)"]
            if let from = subject.notBefore { facts.append("notBefore \(from)") }
            if let until = subject.notAfter { facts.append("notAfter \(until)") }
        }
        if let presented { facts.append("names presented \(presented)") }
        if let expected { facts.append("expected \(expected)") }
        facts.append(authorities)
        return text + " (" + facts.joined(separator: ", ") + ")"
    }
}

extension CertificateRefusal {
    static func wrongPin(_ pin: KeyPin) -> String {
        "the certificate's key is not pinned: it is \(pin); if the upstream changed its key on "
            + "purpose, add that pin beside the old ones"
    }

    /// The words for one of OpenSSL's verdicts; its own where it says it well enough.
    /// `use`: what the certificate was to be, "a client" or "a server".
    static func words(
        _ code: Int32, _ subject: Subject?, use: String, against trust: PeerTrust,
        listEnded: Moment? = nil
    ) -> String {
        let now = Moment.now
        let lists = trust.listFile.map { "the CRL file \"\($0)\"" } ?? "the CRL file"
        let issuer = subject.map { "\"\($0.issuer)\"" } ?? "its issuer"
        switch code {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            let ago = subject?.notAfter.map { " \($0.distance(to: now)) ago" } ?? ""
            return "the certificate expired" + ago
        case X509_V_ERR_CERT_NOT_YET_VALID:
            let ahead = subject?.notBefore.map { ", only in \(now.distance(to: $0))" } ?? ""
            return "the certificate is not yet valid" + ahead
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "the certificate is for another name"
                + " (only subject alternative names count, never the common name)"
        case X509_V_ERR_CERT_REJECTED:
            return "no name in the certificate is allowed by the policy"
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
            return "the certificate is self-signed and not among the trusted authorities"
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return "the chain ends in a root that is not among the trusted authorities"
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return "unknown authority: \(issuer) is not trusted, and the peer sent no chain "
                + "from it to a trusted root"
        case X509_V_ERR_INVALID_PURPOSE:
            return "the certificate's purpose (extended key usage) is not to be \(use)"
        case X509_V_ERR_CERT_REVOKED:
            return "the certificate was revoked, says \(lists)"
        case X509_V_ERR_UNABLE_TO_GET_CRL:
            return "no CRL of issuer \(issuer) in \(lists), so nobody knows whether the "
                + "certificate was revoked"
        case X509_V_ERR_CRL_HAS_EXPIRED:
            let ago = listEnded.map { " \($0.distance(to: now)) ago (nextUpdate \($0))" } ?? ""
            return "the CRL of issuer \(issuer) expired\(ago); renew \(lists)"
        case X509_V_ERR_CRL_NOT_YET_VALID:
            return "the CRL of issuer \(issuer) is not yet valid; look at \(lists) and the clock"
        default:
            return X509_verify_cert_error_string(Int(code)).map { String(cString: $0) }
                ?? "verification failed (\(code))"
        }
    }
}

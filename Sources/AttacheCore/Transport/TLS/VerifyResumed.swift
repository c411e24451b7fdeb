// SPDX-License-Identifier: Apache-2.0
// What a full handshake verifies and a resumed one skips, verified again.

import COpenSSL

extension TLSContext {
    /// To be asked once after a *resumed* handshake as a server: resumption proves only that the
    /// client is who it was. Its certificate stands in the session; its dates, its revocation and
    /// its names are looked at again, now and under this context's settings.
    ///
    /// A client asks nothing: what it resumes was agreed upon under this context, with its pins.
    ///
    /// Rarely says no: sessions are forgotten when their trust ends (Sessions.swift). A clock that
    /// was set is such a case. The session is then dropped, so the client's next handshake with
    /// it is a full one.
    ///
    /// - Returns: nil when the client may stay.
    func refusesResumed(_ ssl: OpaquePointer) -> CertificateRefusal? {
        guard role == .server, trust.demand != .nothing else { return nil }
        let refusal: CertificateRefusal?
        if let raw = SSL_get0_peer_certificate(ssl) {
            refusal = refuses(Certificate(raw), of: SSL_get_session(ssl))
        } else if trust.demand == .required {
            refusal = CertificateRefusal(
                code: X509_V_ERR_UNSPECIFIED,
                text: "the resumed session was made without a client certificate",
                authorities: trust.authorities)
        } else {
            refusal = nil
        }
        if refusal != nil { SSL_CTX_remove_session(raw, SSL_get_session(ssl)) }
        return refusal
    }

    private func refuses(
        _ certificate: Certificate, of session: OpaquePointer?
    ) -> CertificateRefusal? {
        let now = Moment.now
        let names = certificate.names(for: trust.policy)
        let lists = trust.lists.map { RevocationList($0.raw) }
            .filter { $0.isOfIssuer(of: certificate) }
        let code: Int32
        // A date that cannot be read is one that has passed: such a certificate was never verified.
        if now > certificate.notAfter ?? .init(seconds: 0) {
            code = X509_V_ERR_CERT_HAS_EXPIRED
        } else if now < certificate.notBefore ?? now {
            code = X509_V_ERR_CERT_NOT_YET_VALID
        } else if !trust.lists.isEmpty && lists.isEmpty {
            code = X509_V_ERR_UNABLE_TO_GET_CRL
        } else if let end = trust.listEnd(for: certificate), now > end {
            code = X509_V_ERR_CRL_HAS_EXPIRED
        } else if lists.contains(where: { $0.revokes(certificate) }) {
            code = X509_V_ERR_CERT_REVOKED
        } else if let policy = trust.policy, !policy.allows(names) {
            code = X509_V_ERR_CERT_REJECTED
        } else if let end = ExtraData.trustedUntil(session), now > end {
            return refusal(
                X509_V_ERR_CERT_HAS_EXPIRED, certificate, names,
                text: "a certificate or CRL behind the resumed session expired "
                    + "\(end.distance(to: now)) ago (\(end))")
        } else {
            return nil
        }
        return refusal(code, certificate, names, text: nil)
    }

    private func refusal(
        _ code: Int32, _ certificate: Certificate, _ names: PresentedNames, text: String?
    ) -> CertificateRefusal {
        let subject = CertificateRefusal.Subject(certificate, depth: 0)
        let words = CertificateRefusal.words(
            code, subject, use: role.peerUse, against: trust,
            listEnded: trust.listEnd(for: certificate))
        return CertificateRefusal(
            code: code, text: (text ?? words) + ", on a resumed session", subject: subject,
            presented: names, expected: trust.policy?.description,
            authorities: trust.authorities)
    }
}

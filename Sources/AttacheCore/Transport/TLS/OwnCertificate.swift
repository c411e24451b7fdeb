// SPDX-License-Identifier: Apache-2.0
// Our own certificate: what there is to say about it.

import COpenSSL

/// What messages need to know about it; the objects themselves live in the context.
struct OwnCertificate: Sendable, Equatable {
    let file: String
    let subject: String
    let issuer: String
    let notAfter: Moment?
    let names: PresentedNames
    /// By which clients ask for it: DNS names, the common name where there are none of any kind.
    let askedFor: [String]

    /// Worth a warning two weeks before: renewals are monthly jobs that have failed by then.
    private static let warnedBeforeSeconds = 14 * 86_400

    /// `CN=app from "app.pem", issuer CN=Corp CA 2, notAfter …, dns:app.internal`
    var text: String {
        "\(subject) from \"\(file)\", issuer \(issuer)"
            + (notAfter.map { ", notAfter \($0)" } ?? "") + ", \(names)"
    }

    init(_ certificate: Certificate, file: String) {
        self.file = file
        subject = certificate.subject
        issuer = certificate.issuer
        notAfter = certificate.notAfter
        names = certificate.names
        askedFor =
            certificate.hasAlternativeNames
            ? names.dns : names.commonName.map { [$0] } ?? []
    }

    /// `role`: in which it is shown.
    static func warnings(
        about certificate: Certificate, in path: String, _ role: TLSRole
    ) -> [String] {
        let what = "the certificate \"\(path)\" (\(certificate.subject))"
        return dates(of: certificate, what) + use(of: certificate, what, role)
    }

    /// Peers look at it (RFC 5280 §4.2.1.12), and say no more than "bad certificate".
    private static func use(
        of certificate: Certificate, _ what: String, _ role: TLSRole
    ) -> [String] {
        switch role {
        case .server where !certificate.isFor(XKU_SSL_SERVER):
            [
                "\(what) is not made for servers (extended key usage without serverAuth): "
                    + "most clients will refuse it"
            ]
        case .client where !certificate.isFor(XKU_SSL_CLIENT):
            [
                "\(what) is not made for clients (extended key usage without clientAuth): "
                    + "most services will refuse it"
            ]
        default: []
        }
    }

    private static func dates(of certificate: Certificate, _ what: String) -> [String] {
        let now = Moment.now
        if let from = certificate.notBefore, from > now {
            return ["\(what) is not valid before \(from), in \(now.distance(to: from))"]
        }
        guard let until = certificate.notAfter else { return [] }
        if until < now { return ["\(what) expired \(until.distance(to: now)) ago, at \(until)"] }
        return until.seconds - now.seconds < warnedBeforeSeconds
            ? ["\(what) expires in \(now.distance(to: until)), at \(until)"] : []
    }
}

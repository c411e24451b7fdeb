// SPDX-License-Identifier: Apache-2.0
// A certificate revocation list: whose it is, until when it counts, whom it names.

import COpenSSL

/// A look at an X509_CRL that somebody else owns.
struct RevocationList {
    let raw: OpaquePointer

    init(_ raw: OpaquePointer) {
        self.raw = raw
    }

    var issuer: String { DistinguishedName.text(X509_CRL_get_issuer(raw)) }
    var nextUpdate: Moment? { Moment(X509_CRL_get0_nextUpdate(raw)) }

    func isOfIssuer(of certificate: Certificate) -> Bool {
        X509_NAME_cmp(X509_CRL_get_issuer(raw), X509_get_issuer_name(certificate.raw)) == 0
    }

    /// 2: listed with the reason removeFromCRL, which takes a revocation back.
    func revokes(_ certificate: Certificate) -> Bool {
        var entry: OpaquePointer?
        return X509_CRL_get0_by_cert(raw, &entry, certificate.raw) == 1
    }
}

extension PeerTrust {
    /// When the list of this certificate's issuer ends; of several, the last one, which is the
    /// one that OpenSSL takes. nil: there is none, or it never ends.
    func listEnd(for certificate: Certificate) -> Moment? {
        lists.map { RevocationList($0.raw) }
            .filter { $0.isOfIssuer(of: certificate) }
            .compactMap(\.nextUpdate).max()
    }
}

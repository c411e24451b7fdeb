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
    mutating func loadLists(
        _ path: String, into context: OpaquePointer
    ) throws(ConfigurationProblem) {
        let file = try PEMFile(reading: path, as: "CRL file")
        guard !file.holdsKey, !file.lists.isEmpty else {
            throw ConfigurationProblem(
                "the CRL file \"\(path)\" "
                    + (file.holdsKey ? "holds a private key" : "holds no revocation list"),
                remedy: "Name a file of -----BEGIN X509 CRL----- blocks and nothing secret.")
        }
        lists = file.lists  // keeps them from here on
        let store = SSL_CTX_get_cert_store(context)
        for list in lists {
            guard X509_STORE_add_crl(store, list.raw) == 1 else {
                throw ConfigurationProblem(
                    "the CRL file \"\(path)\" cannot be used: \(OpenSSLError.first())",
                    remedy: "Look at it with `openssl crl -noout -text -in FILE`.")
            }
            let look = RevocationList(list.raw)
            if let until = look.nextUpdate, until < .now {
                warnings.append(
                    "the CRL of \(look.issuer) in \"\(path)\" expired \(until.distance(to: .now)) "
                        + "ago: until it is renewed, its certificates are refused"
                )
            }
        }
        listFile = path
        digests.append(file.digest)
        // Revocation counts for the whole chain; `missingListIsFine` (Verification.swift) then
        // forgives what has no list, except at the leaf.
        X509_VERIFY_PARAM_set_flags(
            SSL_CTX_get0_param(context),
            UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
    }

    /// When the list of this certificate's issuer ends; of several, the last one, which is the
    /// one that OpenSSL takes. nil: there is none, or it never ends.
    func listEnd(for certificate: Certificate) -> Moment? {
        lists.map { RevocationList($0.raw) }
            .filter { $0.isOfIssuer(of: certificate) }
            .compactMap(\.nextUpdate).max()
    }
}

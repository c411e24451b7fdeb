// SPDX-License-Identifier: Apache-2.0
// Verifying a peer's certificate: OpenSSL's chain check, then our identity policy.

import COpenSSL

/// SSL_CTX_set_cert_verify_callback: once a full handshake. Reads the immutable context, writes
/// the inbox, nothing else.
func verifyPeer(_ check: OpaquePointer?, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    // Without one of these nobody can say who the peer is: refused.
    guard let check, let context = TLSContext.of(argument),
        let pointer = X509_STORE_CTX_get_ex_data(
            check, SSL_get_ex_data_X509_STORE_CTX_idx())
    else { return 0 }
    let ssl = OpaquePointer(pointer)
    if context.trust.demand == .nothing {
        X509_STORE_CTX_set_error(check, X509_V_OK)
        return 1
    }
    // What is found odd on the way to a yes must not stay in the queue: SSL_get_error would take
    // it for the failure of a handshake that only waits for more bytes.
    ERR_set_mark()
    defer { ERR_pop_to_mark() }
    let verdict = X509_verify_cert(check)
    var code = X509_STORE_CTX_get_error(check)
    if verdict <= 0 {
        if code == X509_V_OK { code = X509_V_ERR_UNSPECIFIED }
    } else if let leaf = X509_STORE_CTX_get0_cert(check),
        !context.trust.accepts(Certificate(leaf))
    {
        // The code that makes OpenSSL send bad_certificate, as for a wrong host name: there is
        // none for access_denied.
        code = X509_V_ERR_CERT_REJECTED
    } else {
        let chain = X509_STORE_CTX_get0_chain(check)
        if let end = context.trust.end(of: chain) {
            ExtraData.setTrustedUntil(SSL_get_session(ssl), end)
        }
        return 1
    }
    X509_STORE_CTX_set_error(check, code)
    ExtraData.inbox(of: ssl)?.pointee.refusal = CertificateRefusal(
        code, check, ssl, context, isPolicy: verdict > 0)
    return 0
}

/// SSL_CTX_set_verify, where there are revocation lists: "checked for the leaf and its issuers that
/// have a list". OpenSSL's CRL_CHECK_ALL wants one of everybody in the chain, and roots rarely
/// publish any; plain CRL_CHECK never looks at an intermediate. So every certificate is checked,
/// and only above the leaf may a list be missing. A list that has expired, or cannot be read,
/// refuses at every depth.
func missingListIsFine(_ ok: Int32, _ check: OpaquePointer?) -> Int32 {
    guard ok == 0, X509_STORE_CTX_get_error(check) == X509_V_ERR_UNABLE_TO_GET_CRL,
        X509_STORE_CTX_get_error_depth(check) > 0
    else { return ok }
    X509_STORE_CTX_set_error(check, X509_V_OK)
    return 1
}

extension CertificateRefusal {
    /// `check`: in the state in which it said no. `isPolicy`: the chain was good, the name was not.
    fileprivate init(
        _ code: Int32, _ check: OpaquePointer, _ ssl: OpaquePointer, _ context: TLSContext,
        isPolicy: Bool
    ) {
        let leaf = X509_STORE_CTX_get0_cert(check).map(Certificate.init)
        let current =
            isPolicy ? leaf : X509_STORE_CTX_get_current_cert(check).map(Certificate.init) ?? leaf
        let depth = isPolicy ? 0 : Int(X509_STORE_CTX_get_error_depth(check))
        let subject = current.map { Subject($0, depth: depth) }
        self.init(
            code: code,
            text: Self.words(
                code, subject, use: context.role.peerUse, against: context.trust,
                listEnded: current.flatMap(context.trust.listEnd)),
            subject: subject, presented: leaf?.names(for: context.trust.policy),
            expected: context.trust.policy?.description ?? Self.expectedHost(ssl),
            authorities: context.trust.authorities)
        // The name was right where only the pin was wrong.
        if isPolicy, let leaf, let pin = leaf.pin, context.trust.acceptsName(of: leaf) {
            text = Self.wrongPin(pin)
            presented?.pin = pin
            expected = context.trust.pins.prefix(4).map(\.description).joined(separator: " or ")
        }
    }

    private static func expectedHost(_ ssl: OpaquePointer) -> String? {
        let expected = SSL_get0_param(ssl)
        if let host = X509_VERIFY_PARAM_get0_host(expected, 0) {
            return "dns:" + String(cString: host)
        }
        guard let ip = X509_VERIFY_PARAM_get1_ip_asc(expected) else { return nil }
        defer { CRYPTO_free(ip, #file, #line) }
        // OpenSSL writes IPv6 without "::" here.
        let text = String(cString: ip)
        return "ip:" + (IPLiteral.canonical(text) ?? text)
    }
}

extension PeerTrust {
    /// Beyond the chain and the host name, which OpenSSL has verified.
    fileprivate func accepts(_ leaf: Certificate) -> Bool {
        acceptsName(of: leaf) && (pins.isEmpty || leaf.pin.map(pins.contains) == true)
    }

    fileprivate func acceptsName(of leaf: Certificate) -> Bool {
        policy?.allows(leaf.names(for: policy)) != false
    }

    /// The first moment at which this chain would no longer be verified: what is resumed after it
    /// would outlive its own proof.
    fileprivate func end(of chain: OpaquePointer?) -> Moment? {
        (0..<max(OPENSSL_sk_num(chain), 0)).compactMap { index -> Moment? in
            guard let item = OPENSSL_sk_value(chain, index) else { return nil }
            let certificate = Certificate(OpaquePointer(item))
            return [certificate.notAfter, listEnd(for: certificate)].compactMap { $0 }.min()
        }.min()
    }
}

// SPDX-License-Identifier: Apache-2.0
// The suites that the library has, and what is known of each.

import COpenSSL

enum KnownSuites {
    struct Suite {
        /// No encryption, less than 112 bits of it, or nobody's certificate behind it.
        let isInsecure: Bool
        /// No forward secrecy, or encryption without integrity of its own (RFC 9325 §4.1).
        let isWeak: Bool
    }

    /// nil: there is none of exactly that name.
    static func find(_ name: String, _ version: TLSVersion) -> Suite? {
        // Of everything that OpenSSL would take for a list or a keyword, only names have these.
        guard !name.isEmpty, name.utf8.allSatisfy(DNSName.allowsByte),
            (version == .tls13) == name.hasPrefix("TLS_"),
            let context = SSL_CTX_new(TLS_method())
        else { return nil }
        defer {
            SSL_CTX_free(context)
            ERR_clear_error()
        }
        SSL_CTX_set_security_level(context, 0)
        let isTaken =
            version == .tls12
            ? SSL_CTX_set_cipher_list(context, name) : SSL_CTX_set_ciphersuites(context, name)
        guard isTaken == 1 else { return nil }
        let list = SSL_CTX_get_ciphers(context)
        for index in 0..<max(OPENSSL_sk_num(list), 0) {
            let suite = OPENSSL_sk_value(list, index).map { OpaquePointer($0) }
            guard let found = SSL_CIPHER_get_name(suite), String(cString: found) == name
            else { continue }
            return Suite(suite)
        }
        return nil
    }
}

extension KnownSuites.Suite {
    fileprivate init(_ suite: OpaquePointer?) {
        let exchange = SSL_CIPHER_get_kx_nid(suite)
        let hasForwardSecrecy = [NID_kx_any, NID_kx_ecdhe, NID_kx_dhe].contains(exchange)
        let needsPresharedKey = [NID_auth_psk, NID_auth_srp].contains(
            SSL_CIPHER_get_auth_nid(suite))
        isInsecure =
            SSL_CIPHER_get_bits(suite, nil) < 112 || SSL_CIPHER_get_auth_nid(suite) == NID_auth_null
            || needsPresharedKey
        isWeak = !hasForwardSecrecy || SSL_CIPHER_is_aead(suite) != 1
    }
}

// SPDX-License-Identifier: Apache-2.0
// Several certificates on one listener: each client gets the one for the name it asks for.

import COpenSSL

extension TLSContext {
    /// Connections begin on the first SSL_CTX and keep from it what they got there: verify mode,
    /// versions, groups, sessions and their cache. Of the one that they change to come the
    /// certificate and, in OpenSSL, what it looks up there: the verify callback, the store, the
    /// names of authorities, ALPN, the session id context. So those are the same in all.
    func installChoice() {
        guard contexts.count > 1 else { return }
        attache_ssl_ctx_on_server_name(raw, chooseCertificate, callbackArgument)
        let store = SSL_CTX_get_cert_store(raw)
        for context in contexts.dropFirst() {
            SSL_CTX_set1_cert_store(context.raw, store)
            SSL_CTX_set_client_CA_list(
                context.raw, SSL_dup_CA_list(SSL_CTX_get_client_CA_list(raw)))
        }
    }

    fileprivate func choose(_ serverName: String) -> OpaquePointer? {
        let index = names.context(for: serverName)
        return index == 0 ? nil : contexts[index].raw
    }
}

/// Called once a handshake. A name that nobody has gets the first certificate and no alert: the
/// client says better than we what is wrong with it.
private func chooseCertificate(
    _ ssl: OpaquePointer?, _: UnsafeMutablePointer<Int32>?, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let ssl, let context = TLSContext.of(argument),
        let name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name),
        let chosen = context.choose(String(cString: name))
    else { return SSL_TLSEXT_ERR_NOACK }
    return SSL_set_SSL_CTX(ssl, chosen) == nil ? SSL_TLSEXT_ERR_ALERT_FATAL : SSL_TLSEXT_ERR_OK
}

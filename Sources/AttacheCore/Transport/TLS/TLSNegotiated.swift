// SPDX-License-Identifier: Apache-2.0
// What a handshake agreed upon, for the session line.

import COpenSSL

struct TLSNegotiated: Sendable, Hashable {
    /// `TLSv1.3`
    let version: String
    /// `TLS_AES_128_GCM_SHA256`
    let cipher: String
    let resumed: Bool
    /// nil: none was agreed upon.
    let alpn: String?
    /// The names in the peer's certificate; nil when it showed none. Of a resumed session: those
    /// of the certificate that it was made with.
    let peer: String?

    /// On one line, for people.
    var summary: String {
        ([version, cipher] + (resumed ? ["resumed"] : []) + [alpn, peer].compactMap(\.self))
            .joined(separator: ", ")
    }

    /// To be asked once the handshake is done.
    init(_ ssl: OpaquePointer) {
        version = SSL_get_version(ssl).map { String(cString: $0) } ?? "?"
        cipher =
            SSL_CIPHER_get_name(SSL_get_current_cipher(ssl)).map { String(cString: $0) } ?? "?"
        resumed = SSL_session_reused(ssl) == 1
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &count)
        // Lent by `ssl` until its next handshake; copied here.
        alpn = name.map {
            String(decoding: UnsafeBufferPointer(start: $0, count: Int(count)), as: UTF8.self)
        }
        peer = SSL_get0_peer_certificate(ssl).map { Certificate($0).names.description }
    }
}

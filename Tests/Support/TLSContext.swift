// SPDX-License-Identifier: Apache-2.0
// What a TLS peer of the tests shows and believes, in either role.

import COpenSSL
import Foundation

public struct TLSOptions: Sendable {
    /// Profile of certs/make that the peer shows.
    public var certificate: String?
    /// Profile of the authority that it believes; nil believes anybody.
    public var trust: String? = "ca"
    /// Server: a client without a good certificate is refused.
    public var requiresCertificate = false
    /// Client: sent as SNI and expected in the certificate.
    public var serverName: String? = "localhost"
    public var protocols: [String] = []
    public var version: ClosedRange<Int32> = TLS1_2_VERSION...TLS1_3_VERSION

    public init(certificate: String? = nil, trust: String? = "ca") {
        self.certificate = certificate
        self.trust = trust
    }

    /// A service that demands a client certificate, and a client that has one.
    public static var mutualServer: TLSOptions {
        var options = TLSOptions(certificate: "server")
        options.requiresCertificate = true
        return options
    }
    public static var mutualClient: TLSOptions { TLSOptions(certificate: "client") }
}

public final class TLSContext: @unchecked Sendable {
    public enum Role: Sendable { case client, server }

    public let role: Role
    public let options: TLSOptions
    let context: OpaquePointer

    public init(_ role: Role, _ options: TLSOptions) throws {
        self.role = role
        self.options = options
        context = SSL_CTX_new(role == .client ? TLS_client_method() : TLS_server_method())
        let modes = SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
        attache_ssl_ctx_mode(context, Int(modes))
        _ = attache_ssl_ctx_versions(
            context, options.version.lowerBound, options.version.upperBound)
        // Versions that this library no longer offers by itself: the other side must refuse them.
        if options.version.lowerBound < TLS1_2_VERSION { SSL_CTX_set_security_level(context, 0) }
        if let profile = options.certificate {
            let chain = SSL_CTX_use_certificate_chain_file(context, try PKI.certificate(profile))
            let key = SSL_CTX_use_PrivateKey_file(context, try PKI.key(profile), SSL_FILETYPE_PEM)
            guard chain == 1, key == 1 else { throw Failure("cannot use \(profile)") }
        }
        if let trust = options.trust {
            guard SSL_CTX_load_verify_locations(context, try PKI.certificate(trust), nil) == 1
            else { throw Failure("cannot trust \(trust)") }
        }
        if role == .server {
            // Without one a resumed session of a client with a certificate is a fatal error.
            SSL_CTX_set_session_id_context(context, "tests", 5)
            if options.requiresCertificate {
                SSL_CTX_set_verify(
                    context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nil)
            }
            if !options.protocols.isEmpty { chooseProtocols() }
        } else {
            if options.trust != nil { SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil) }
            let wire = TLSContext.wire(options.protocols)
            if !wire.isEmpty { SSL_CTX_set_alpn_protos(context, wire, UInt32(wire.count)) }
        }
    }

    deinit { SSL_CTX_free(context) }

    public static func client(_ options: TLSOptions = .mutualClient) throws -> TLSContext {
        try TLSContext(.client, options)
    }

    public static func server(_ options: TLSOptions = .mutualServer) throws -> TLSContext {
        try TLSContext(.server, options)
    }

    /// The server's own order counts; nothing in common is a fatal alert.
    private func chooseProtocols() {
        let choose: SSL_CTX_alpn_select_cb_func = { _, out, outLength, offered, length, owner in
            let context = Unmanaged<TLSContext>.fromOpaque(owner!).takeUnretainedValue()
            let wire = TLSContext.wire(context.options.protocols)
            var chosen: UnsafeMutablePointer<UInt8>?
            let found = SSL_select_next_proto(
                &chosen, outLength, wire, UInt32(wire.count), offered, length)
            guard found == OPENSSL_NPN_NEGOTIATED, let chosen, let offered else {
                return SSL_TLSEXT_ERR_ALERT_FATAL
            }
            // It points into `wire`, which is about to go: answer with the same name in the offer.
            let name = Array(UnsafeBufferPointer(start: chosen, count: Int(outLength!.pointee)))
            let all = UnsafeBufferPointer(start: offered, count: Int(length))
            var at = 0
            while at < all.count {
                let size = Int(all[at])
                if all[(at + 1)..<(at + 1 + size)].elementsEqual(name) {
                    out!.pointee = offered + at + 1
                    return SSL_TLSEXT_ERR_OK
                }
                at += 1 + size
            }
            return SSL_TLSEXT_ERR_ALERT_FATAL
        }
        SSL_CTX_set_alpn_select_cb(context, choose, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func wire(_ protocols: [String]) -> [UInt8] {
        protocols.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    }
}

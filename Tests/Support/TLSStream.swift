// SPDX-License-Identifier: Apache-2.0
// One TLS connection of a test's peer on OpenSSL, which (other than Python's ssl) can half-close.

import COpenSSL
import Foundation

/// A session that a later connection may resume.
public final class TLSSession: @unchecked Sendable {
    let session: OpaquePointer
    init(_ session: OpaquePointer) { self.session = session }
    deinit { SSL_SESSION_free(session) }
}

/// A handshake that the other side ended: with an alert, or less politely.
public struct HandshakeFailure: Error {
    public let ending: Ending
}

public final class TLSStream: @unchecked Sendable {
    enum Step {
        case done(Received)
        case wait(Int32)
    }

    private let ssl: OpaquePointer
    private let context: TLSContext
    /// An SSL object serves one call at a time; nobody waits while holding this.
    private let lock = NSLock()

    init(_ context: TLSContext, fd: Int32, session: TLSSession?) throws {
        self.context = context
        ssl = SSL_new(context.context)
        SSL_set_fd(ssl, fd)
        if context.role == .client {
            SSL_set_connect_state(ssl)
            if let name = context.options.serverName {
                _ = attache_ssl_sni(ssl, name)
                if context.options.trust != nil { SSL_set1_host(ssl, name) }
            }
            if let session { SSL_set_session(ssl, session.session) }
        } else {
            SSL_set_accept_state(ssl)
        }
    }

    deinit { SSL_free(ssl) }

    func handshake(_ wait: (Int32) throws -> Void) throws {
        while true {
            let (code, event, why) = call { SSL_do_handshake(ssl) }
            if code == 1 { return }
            guard let event else {
                if case .ended(let ending) = why { throw HandshakeFailure(ending: ending) }
                throw Failure("TLS handshake: \(why)")
            }
            try wait(event)
        }
    }

    /// What was taken; when that is nothing, what to wait for.
    func write(_ bytes: UnsafeRawBufferPointer) throws -> (Int, Int32) {
        let (code, event, why) = call {
            SSL_write(ssl, bytes.baseAddress, Int32(min(bytes.count, 1 << 20)))
        }
        if code > 0 { return (Int(code), 0) }
        guard let event else { throw Failure("SSL_write: \(why)") }
        return (0, event)
    }

    func read(into room: UnsafeMutableRawBufferPointer) throws -> Step {
        let (code, event, why) = call { SSL_read(ssl, room.baseAddress, Int32(room.count)) }
        if code > 0 { return .done(.bytes(Int(code))) }
        if let event { return .wait(event) }
        switch why {
        case .ended(let ending): return .done(.ended(ending))
        case .failed(let text): throw Failure("SSL_read: \(text)")
        }
    }

    func closeNotify(_ wait: (Int32) throws -> Void) throws {
        while true {
            let (code, event, why) = call { SSL_shutdown(ssl) }
            if code >= 0 { return }
            guard let event else { throw Failure("SSL_shutdown: \(why)") }
            try wait(event)
        }
    }

    // MARK: What was negotiated

    public var wasResumed: Bool { SSL_session_reused(ssl) == 1 }
    public var version: String { String(cString: SSL_get_version(ssl)) }
    public var hasPeerCertificate: Bool { SSL_get0_peer_certificate(ssl) != nil }

    /// Of the certificate that the peer showed, as `openssl x509 -serial` writes it.
    public var peerSerial: String? {
        guard let certificate = SSL_get0_peer_certificate(ssl),
            let number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nil)
        else { return nil }
        defer { BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: Int(BN_num_bits(number) + 7) / 8)
        BN_bn2bin(number, &bytes)
        return bytes.map { String(format: "%02X", $0) }.joined()
    }

    /// Server: the name that the client asked for.
    public var serverName: String? {
        SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map { String(cString: $0) }
    }

    public var negotiatedProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &length)
        guard let name, length > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(length)), as: UTF8.self)
    }

    /// The newest ticket; with TLS 1.3 there is one only after something was read.
    public var session: TLSSession? {
        lock.withLock {
            SSL_get1_session(ssl).flatMap { session in
                let kept = TLSSession(session)
                return SSL_SESSION_is_resumable(session) == 1 ? kept : nil
            }
        }
    }

    // MARK: Calls

    private enum Why {
        case ended(Ending)
        case failed(String)
    }

    /// One call of the library: its answer, the event it waits for, or why it failed.
    private func call(_ body: () -> Int32) -> (Int32, Int32?, Why) {
        lock.lock()
        defer { lock.unlock() }
        ERR_clear_error()
        errno = 0
        let code = body()
        let system = errno
        if code > 0 { return (code, nil, .failed("")) }
        switch SSL_get_error(ssl, code) {
        case SSL_ERROR_WANT_READ: return (code, POLLIN, .failed("wants to read"))
        case SSL_ERROR_WANT_WRITE: return (code, Int32(POLLOUT), .failed("wants to write"))
        case SSL_ERROR_ZERO_RETURN: return (code, nil, .ended(.end))
        case SSL_ERROR_SYSCALL where system == ECONNRESET: return (code, nil, .ended(.reset))
        case SSL_ERROR_SYSCALL:
            return (code, nil, .failed(String(cString: strerror(system))))
        default:
            let error = ERR_peek_error()
            let reason = ERR_GET_REASON(error)
            if reason == SSL_R_UNEXPECTED_EOF_WHILE_READING {
                return (code, nil, .ended(.truncated))
            }
            // The peer's alerts are reasons from 1000 on.
            if (1000..<1256).contains(reason) {
                return (code, nil, .ended(.alert(Int(reason) - 1000)))
            }
            let text = ERR_reason_error_string(error).map { String(cString: $0) } ?? "\(error)"
            return (code, nil, .failed(text))
        }
    }
}

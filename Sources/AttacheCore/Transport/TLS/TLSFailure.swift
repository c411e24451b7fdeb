// SPDX-License-Identifier: Apache-2.0
// Why TLS failed: one explanation a failure, with whose alert it was and whose certificate.

import COpenSSL

struct TLSFailure: Error, Sendable, Hashable {
    enum Reason: Sendable, Hashable {
        /// We refused the peer's certificate, or it showed none where one is required.
        case certificateRefused
        /// The peer refused ours, or that we have none.
        case ownCertificateRefused
        /// What came was never TLS.
        case plaintext
        /// No version, suite, group or signature algorithm in common.
        case protocolMismatch
        case noCommonALPN
        /// A certificate was shown and its key was not held.
        case wrongKey
        /// The peer ended the connection without a word.
        case closed
        case other
    }

    let reason: Reason
    /// One line that stands alone; the phase is the caller's to tell.
    let message: String

    /// To be called right after a failed SSL_do_handshake, SSL_read or SSL_write on the same
    /// thread: empties OpenSSL's error queue and what the call left in the inbox (tickets stay).
    /// A TLS 1.3 server's verdict on our certificate comes with the first read: it is told the
    /// same way.
    ///
    /// - Parameter received: the first bytes the peer sent, where they are still at hand: shown
    ///   when they are not TLS.
    static func explain(
        _ ssl: OpaquePointer, _ inbox: UnsafeMutablePointer<TLSInbox>, role: TLSRole,
        context: TLSContext, received: UnsafeRawBufferPointer? = nil
    ) -> TLSFailure {
        let failure = FailedCall(
            error: OpenSSLError.drain(), refusal: inbox.pointee.refusal,
            alertSent: inbox.pointee.alertSent,
            offeredProtocols: inbox.pointee.offeredProtocols, ssl: ssl, role: role,
            context: context, received: received)
        inbox.pointee.refusal = nil
        inbox.pointee.alertSent = nil
        inbox.pointee.offeredProtocols = []
        return failure.explained
    }
}

/// All that is known when a call into OpenSSL has failed.
private struct FailedCall {
    /// nil: the queue was empty, so the transport ended.
    let error: OpenSSLError?
    let refusal: CertificateRefusal?
    let alertSent: Alert?
    let offeredProtocols: [UInt8]
    let ssl: OpaquePointer
    let role: TLSRole
    let context: TLSContext
    let received: UnsafeRawBufferPointer?

    var explained: TLSFailure {
        if let refusal {
            return failure(
                .certificateRefused, "\(role.peer)'s certificate was refused: \(refusal.message)")
        }
        guard let error else { return closed }
        guard error.isTLS else { return failure(.other, "TLS failed: \(error.text)") }
        if let alert = error.alertReceived {
            return PeerAlert(alert: alert, ssl: ssl, role: role, context: context).explained
        }
        switch error.reason {
        case SSL_R_UNEXPECTED_EOF_WHILE_READING:
            return closed
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return failure(
                .certificateRefused,
                "\(role.peer) showed no certificate; one signed by an authority in "
                    + "\(context.trust.authorities) is required")
        case SSL_R_BAD_SIGNATURE:
            return failure(
                .wrongKey,
                "\(role.peer) does not hold the key of the certificate it shows"
                    + (SSL_get0_peer_certificate(ssl).map { " (\(Certificate($0).subject))" } ?? "")
            )
        case SSL_R_NO_APPLICATION_PROTOCOL:
            return failure(
                .noCommonALPN,
                "no application protocol in common: \(role.peer) offers "
                    + "\(ApplicationProtocols.text(offeredProtocols)); we accept "
                    + context.protocols.names.joined(separator: ", "))
        case let reason where FailureKinds.mismatch.contains(reason):
            return failure(
                .protocolMismatch,
                "no way of speaking TLS in common with \(role.peer): \(error.text); we speak "
                    + context.shared.spoken)
        case let reason where FailureKinds.notTLS.contains(reason) && isFirstRecord:
            return failure(.plaintext, "not TLS: " + plaintext(reason))
        default:
            return failure(.other, "TLS failed: \(error.text)")
        }
    }

    private func failure(_ reason: TLSFailure.Reason, _ message: String) -> TLSFailure {
        TLSFailure(
            reason: reason,
            message: alertSent.map { message + "; we sent the alert \($0)" } ?? message)
    }

    private var closed: TLSFailure {
        TLSFailure(
            reason: .closed,
            message: SSL_is_init_finished(ssl) == 1
                ? "\(role.peer) ended the connection without close_notify"
                : "\(role.peer) ended the connection in the middle of the handshake")
    }

    /// Nothing of the peer's has been understood so far. Later, the same errors mean that bytes
    /// of a TLS stream were damaged.
    private var isFirstRecord: Bool {
        let state = SSL_get_state(ssl)
        return state == TLS_ST_BEFORE || state == TLS_ST_CW_CLNT_HELLO
            || state == TLS_ST_SR_CLNT_HELLO
    }

    private func plaintext(_ reason: Int32) -> String {
        let what =
            switch reason {
            case SSL_R_HTTP_REQUEST: "\(role.peer) sends an HTTP request in plaintext"
            case SSL_R_HTTPS_PROXY_REQUEST: "\(role.peer) takes us for an HTTP proxy (CONNECT)"
            default: "\(role.peer) speaks plaintext, or a protocol that begins in plaintext"
            }
        guard let received, !received.isEmpty else { return what }
        return what + " (first bytes \(FirstBytes.text(received)))"
    }
}

enum FirstBytes {
    /// Enough to know a greeting by.
    private static let shownMax = 24

    /// `"SSH-2.0-OpenSSH_9.2"`, up to the end of its line; in hexadecimal where it is no text.
    static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        let line = bytes.prefix(shownMax).prefix { $0 != 0x0d && $0 != 0x0a }
        if !line.isEmpty, line.allSatisfy({ (0x20...0x7e).contains($0) }) {
            return "\"" + String(decoding: line, as: UTF8.self) + "\""
        }
        return bytes.prefix(shownMax / 2).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined(separator: " ")
    }
}

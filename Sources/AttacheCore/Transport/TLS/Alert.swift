// SPDX-License-Identifier: Apache-2.0
// TLS alerts: their names, the one that went out, and how to send one in mid-stream.

import COpenSSL

struct Alert: Sendable, Hashable {
    let number: UInt8

    init(_ number: UInt8) {
        self.number = number
    }

    /// The peer did not like the certificate it was shown (RFC 8446 §6.2).
    var isAboutCertificate: Bool {
        switch Int32(number) {
        case SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED,
            SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA,
            SSL_AD_ACCESS_DENIED, SSL_AD_CERTIFICATE_REQUIRED:
            true
        default: false
        }
    }
}

extension Alert: CustomStringConvertible {
    /// As the RFCs write it: OpenSSL's own texts know fewer, and none that one could search for.
    var description: String { Self.names[number] ?? "alert \(number)" }

    /// The registry of RFC 8446 §6 and its predecessors.
    private static let names: [UInt8: String] = [
        0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac",
        21: "decryption_failed", 22: "record_overflow", 30: "decompression_failure",
        40: "handshake_failure", 41: "no_certificate", 42: "bad_certificate",
        43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired",
        46: "certificate_unknown", 47: "illegal_parameter", 48: "unknown_ca",
        49: "access_denied", 50: "decode_error", 51: "decrypt_error",
        60: "export_restriction", 70: "protocol_version", 71: "insufficient_security",
        80: "internal_error", 86: "inappropriate_fallback", 90: "user_canceled",
        100: "no_renegotiation", 109: "missing_extension", 110: "unsupported_extension",
        111: "certificate_unobtainable", 112: "unrecognized_name",
        113: "bad_certificate_status_response", 114: "bad_certificate_hash_value",
        115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
    ]
}

/// Tells a TLS 1.3 client in mid-stream that its session was cut: a fatal internal_error, sealed.
///
/// OpenSSL has no call for an alert of one's own. But a server may always send another ticket, and
/// when the callback that makes it answers 0, the connection fails with exactly this alert
/// (SSL_CTX_set_session_ticket_cb(3)). The bytes go the way of all others, into the BIO.
///
/// false, and nothing was sent: as a client, in TLS 1.2, before the handshake is done, or after a
/// close_notify. After true the connection is dead, whatever is asked of it.
func sendFatalAlert(_ ssl: OpaquePointer) -> Bool {
    guard SSL_is_server(ssl) == 1, SSL_version(ssl) >= TLS1_3_VERSION,
        SSL_is_init_finished(ssl) == 1, SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN == 0,
        let inbox = ExtraData.inbox(of: ssl), ExtraData.setRefusesTicket(ssl)
    else { return false }
    inbox.pointee.alertSent = nil
    ERR_clear_error()
    if SSL_new_session_ticket(ssl) == 1 { _ = SSL_do_handshake(ssl) }
    ERR_clear_error()
    let sent = inbox.pointee.alertSent != nil
    inbox.pointee.alertSent = nil
    return sent
}

/// SSL_CTX_set_session_ticket_cb, generate.
func makeTicket(_ ssl: OpaquePointer?, _: UnsafeMutableRawPointer?) -> Int32 {
    ExtraData.refusesTicket(ssl) ? 0 : 1
}

/// SSL_CTX_set_info_callback: the only place where OpenSSL says which alert it sent.
func noteAlert(_ ssl: OpaquePointer?, _ event: Int32, _ value: Int32) {
    // The level stands in the upper byte, the alert in the lower one.
    guard event == SSL_CB_WRITE_ALERT, value >> 8 == SSL3_AL_FATAL else { return }
    ExtraData.inbox(of: ssl)?.pointee.alertSent = Alert(UInt8(truncatingIfNeeded: value))
}

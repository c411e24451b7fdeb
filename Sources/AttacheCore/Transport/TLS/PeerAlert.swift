// SPDX-License-Identifier: Apache-2.0
// What a fatal alert of the peer's means for the operator on our side; and which errors are alike.

import COpenSSL

struct PeerAlert {
    let alert: Alert
    let role: TLSRole
    let context: TLSContext
    /// The certificate that was shown; nil: none.
    let own: OwnCertificate?

    init(alert: Alert, ssl: OpaquePointer, role: TLSRole, context: TLSContext) {
        self.alert = alert
        self.role = role
        self.context = context
        own = context.shown(on: ssl)
    }

    var explained: TLSFailure {
        if alert.isAboutCertificate { return certificate }
        let sent = "\(role.peer) sent the alert \(alert)"
        switch Int32(alert.number) {
        case SSL_AD_NO_APPLICATION_PROTOCOL:
            return TLSFailure(
                reason: .noCommonALPN,
                message: sent + ": it speaks none of "
                    + context.protocols.names.joined(separator: ", "))
        case SSL_AD_PROTOCOL_VERSION, SSL_AD_INSUFFICIENT_SECURITY:
            return TLSFailure(
                reason: .protocolMismatch, message: sent + "; we speak \(context.shared.spoken)")
        case SSL_AD_HANDSHAKE_FAILURE:
            // A TLS 1.2 server that misses a client certificate says no more than this.
            let hint =
                role == .client && own == nil
                ? ", or it wants a client certificate and none is configured" : ""
            return TLSFailure(
                reason: .protocolMismatch,
                message: sent + ": no version, suite or group in common\(hint); we speak "
                    + context.shared.spoken)
        case SSL_AD_DECRYPT_ERROR:
            return TLSFailure(
                reason: .wrongKey,
                message: sent + ": it could not verify our signature"
                    + (own.map { " with \($0.text)" } ?? ""))
        case SSL_AD_UNRECOGNIZED_NAME:
            return TLSFailure(
                reason: .other, message: sent + ": it serves no name like the one we asked for")
        default:
            return TLSFailure(reason: .other, message: sent)
        }
    }

    private var certificate: TLSFailure {
        guard let own else {
            return TLSFailure(
                reason: .ownCertificateRefused,
                message: "\(role.peer) wants a client certificate and none is configured "
                    + "(alert \(alert)); name certificate and key")
        }
        return TLSFailure(
            reason: .ownCertificateRefused,
            message: "\(role.peer) refused our certificate (alert \(alert)\(meaning)): \(own.text)")
    }

    /// Said from the peer's side: only it knows more.
    private var meaning: String {
        switch Int32(alert.number) {
        case SSL_AD_UNKNOWN_CA: ": it does not trust the issuer, or misses an intermediate"
        case SSL_AD_CERTIFICATE_EXPIRED: ": expired, by its clock"
        case SSL_AD_CERTIFICATE_REVOKED: ": revoked"
        case SSL_AD_CERTIFICATE_REQUIRED: ": none that it would accept was sent"
        case SSL_AD_UNSUPPORTED_CERTIFICATE: ": not made for this purpose, or of a kind it lacks"
        case SSL_AD_ACCESS_DENIED: ": valid, but not allowed in"
        case SSL_AD_BAD_CERTIFICATE: ": often a name that it does not expect"
        default: ""
        }
    }
}

extension OpenSSLError {
    /// The peer's fatal alert: OpenSSL numbers these reasons by the alert.
    var alertReceived: Alert? {
        let number = reason - SSL_AD_REASON_OFFSET
        return isTLS && (1...255).contains(number) ? Alert(UInt8(number)) : nil
    }
}

extension TLSSettings {
    /// `TLS 1.2 to TLS 1.3`
    var versions: String {
        func name(_ version: TLSVersion) -> String { version == .tls12 ? "TLS 1.2" : "TLS 1.3" }
        return minVersion == maxVersion
            ? name(minVersion) + " only" : name(minVersion) + " to " + name(maxVersion)
    }

    /// What we speak: versions, and where they were chosen, suites and groups.
    var spoken: String {
        var parts = [versions]
        if let ciphers, minVersion == .tls12 { parts.append(ciphers.joined(separator: ", ")) }
        if let cipherSuites, maxVersion == .tls13 {
            parts.append(cipherSuites.joined(separator: ", "))
        }
        if let groups { parts.append("groups " + groups.joined(separator: ", ")) }
        return parts.joined(separator: "; ")
    }
}

enum FailureKinds {
    static let mismatch: Set<Int32> = [
        SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_VERSION_TOO_HIGH,
        SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_UNSUPPORTED_SSL_VERSION, SSL_R_NO_SHARED_CIPHER,
        SSL_R_NO_SHARED_GROUPS, SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SUITABLE_GROUPS,
        SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS,
        SSL_R_WRONG_SSL_VERSION, SSL_R_INAPPROPRIATE_FALLBACK,
    ]

    /// What OpenSSL says of a first record that is none.
    static let notTLS: Set<Int32> = [
        SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST,
        SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_UNKNOWN_PROTOCOL, SSL_R_LENGTH_TOO_SHORT,
        SSL_R_LENGTH_MISMATCH, SSL_R_RECORD_LENGTH_MISMATCH, SSL_R_RECORD_TOO_SMALL,
        SSL_R_UNEXPECTED_RECORD, SSL_R_BAD_RECORD_TYPE, SSL_R_UNEXPECTED_MESSAGE,
    ]
}

// SPDX-License-Identifier: Apache-2.0
// Why sessions end, in the words of session lines.

/// One word for machines; the raw values are part of the product's interface.
enum CloseReason: String, Sendable, CaseIterable {
    /// Both directions ended as their senders wished.
    case completed
    case clientReset = "client-reset"
    case upstreamReset = "upstream-reset"
    /// TLS ended without close_notify.
    case clientTruncated = "client-truncated"
    case upstreamTruncated = "upstream-truncated"
    case resolveFailed = "resolve-failed"
    case connectFailed = "connect-failed"
    case connectTimeout = "connect-timeout"
    case handshakeFailed = "handshake-failed"
    case handshakeTimeout = "handshake-timeout"
    /// We refused the peer's certificate.
    case certificateRefused = "certificate-refused"
    /// The peer refused ours.
    case ownCertificateRefused = "own-certificate-refused"
    /// TLS broke in mid-stream: a record that does not open, an alert.
    case tlsFailed = "tls-failed"
    case idleTimeout = "idle-timeout"
    case halfCloseTimeout = "half-close-timeout"
    case lifetime
    case drain
    /// An operator closed it.
    case `operator`
    /// The client's address may not connect.
    case sourceRefused = "source-refused"
    case deadPeer = "dead-peer"
    /// The HTTP/2 connection under the session is gone.
    case carrierLost = "carrier-lost"
    /// The far end answered our CONNECT otherwise than by 200.
    case tunnelRefused = "tunnel-refused"
    /// A client asked for an authority that is not among ours, by another method than CONNECT, or
    /// with a head beyond the bound.
    case authorityRefused = "authority-refused"
    case methodRefused = "method-refused"
    case headersTooLarge = "headers-too-large"
    /// The listener, or the process, has as many sessions as it may.
    case limitReached = "limit-reached"
    /// Descriptors, memory or ports have run out here.
    case outOfResources = "out-of-resources"

    /// An ordinary end, or one that the operator should hear about once in a while.
    var isTrouble: Bool {
        switch self {
        case .completed, .clientReset, .upstreamReset, .idleTimeout, .halfCloseTimeout, .lifetime,
            .drain, .operator:
            false
        default: true
        }
    }
}

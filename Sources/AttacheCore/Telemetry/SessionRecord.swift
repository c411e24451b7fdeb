// SPDX-License-Identifier: Apache-2.0
// Everything that is told about one session when it has ended: the session line before it is text.

/// A worker fills it in and hands it to the log; the log thread makes text of it.
/// Durations are nanoseconds. What does not apply is nil, and absent from the line.
struct SessionRecord: Sendable {
    /// Whose doing the end was.
    enum Party: String, Sendable {
        case client, upstream, attache
    }

    /// What one side negotiated.
    struct TLS: Sendable {
        /// As OpenSSL writes them: "TLSv1.3", "TLS_AES_128_GCM_SHA256".
        var version: String
        var cipher: String
        var resumed: Bool
        var alpn: String?
        /// The names in the peer's certificate, "dns:app.internal"; nil when it showed none.
        var peer: String?
    }

    /// The stream that one side was.
    struct Tunnel: Sendable {
        /// Number of the carrier, unique in the process.
        var carrier: UInt64
        /// What was asked for.
        var authority: String
    }

    // Who.
    var session: UInt64
    var worker: Int
    var listener: String
    var client: String
    var upstream: String
    /// The address that was tried last.
    var endpoint: String?

    // How it ended.
    var closedBy: Party
    /// What it was doing, as it follows "while": "securing the upstream", "relaying".
    var phase: String
    /// One word for machines: "completed", "connect-timeout".
    var reason: String
    /// One explanation for people.
    var message: String?
    /// Nothing of the client's stream was handed on: the client may safely try again.
    var retryable: Bool
    /// Addresses of the upstream that were tried.
    var attempts: Int

    // What moved: bytes of the stream, delivered to the upstream and to the client.
    var bytesUp: UInt64 = 0
    var bytesDown: UInt64 = 0

    // When, and how long each part took.
    /// Wall clock since 1970, when the session was accepted.
    var startNanoseconds: UInt64
    var durationNanoseconds: UInt64
    var acceptTLSNanoseconds: UInt64?
    var resolveNanoseconds: UInt64?
    var connectNanoseconds: UInt64?
    var tlsNanoseconds: UInt64?
    /// From CONNECT to its answer.
    var tunnelNanoseconds: UInt64?

    /// Of a side that is a stream: its carrier's.
    var clientTLS: TLS?
    var upstreamTLS: TLS?
    var clientTunnel: Tunnel?
    var upstreamTunnel: Tunnel?

    /// Ended as both sides wished; everything else is a failure that wants its explanation.
    var isCompleted: Bool { reason == "completed" }
}

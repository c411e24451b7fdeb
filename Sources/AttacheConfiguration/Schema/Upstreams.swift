// SPDX-License-Identifier: Apache-2.0
// What can be said of an upstream: a key, its kind, the property it sets, a sentence.

import AttacheCore

extension UpstreamSettings {
    /// Before anything is said of it.
    static func unset(_ name: String) -> UpstreamSettings {
        UpstreamSettings(name: name, destination: .endpoints([]))
    }

    var endpoints: [Address] {
        get { if case .endpoints(let endpoints) = destination { endpoints } else { [] } }
        set { destination = .endpoints(newValue) }
    }

    static let fields: [Field<UpstreamSettings>] = [
        Field(
            "endpoints", .list(of: .endpoint), \.endpoints, required: true,
            example: "[db-1.internal:5432, db-2.internal:5432]",
            "Where it is: host:port, [v6]:port or unix:/path. Several are taken in turn; where a "
                + "dial fails, the next one."),
        Field("timeouts", timeoutKeys, "Limits of time."),
        Field(
            optional: "tls", .clientTLS, \.tls,
            "TLS with the upstream, verified. Without it plaintext."),
        Field(
            optional: "tunnel", .tunnel, \.tunnel,
            "Sessions are streams of HTTP/2 connections (carriers) to the endpoints, which connect "
                + "them on. Needs tls, whose alpn is [h2] then. Without it each session has a "
                + "connection of its own."),
    ]

    private static let timeoutKeys: [Field<UpstreamSettings>] = [
        Field(
            "connect", .duration, \.connectTimeout,
            "Resolving and TCP, over all addresses of a name."),
        Field(
            "handshake", .duration, \.handshakeTimeout,
            "The TLS handshake, after TCP; a dial has connect and handshake in all."),
        Field("idle", .timeLimit, \.idleTimeout, "No byte in either direction."),
        Field(
            "half-close", .timeLimit, \.halfCloseTimeout,
            "One direction has ended and the other does not move; each byte extends it."),
        Field("lifetime", .timeLimit, \.lifetime, "From accept to the end, whatever moves."),
        Field(
            "dead-peer", .duration, \.deadPeer,
            "Bytes wait for a peer that acknowledges nothing."),
        Field(
            "abort-linger", .durationOrZero, \.abortLinger,
            "An abort waits so long, without progress, for the bytes before it."),
    ]
}

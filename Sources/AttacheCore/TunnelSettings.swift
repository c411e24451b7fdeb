// SPDX-License-Identifier: Apache-2.0
// What an operator may decide about HTTP/2 tunnels, at either end, as plain values.

/// How a byte stream asks for its way through an HTTP/2 connection.
public enum TunnelProtocol: String, Sendable, Hashable, CaseIterable {
    /// CONNECT (RFC 9113 §8.5): what Envoy calls `tunneling_config` and CONNECT termination.
    case h2Connect = "h2-connect"
    /// The same as service meshes speak it: TLS 1.3 with certificates on both sides, no SNI.
    case hbone
}

/// Bounds of one HTTP/2 connection that carries sessions.
public struct CarrierSettings: Sendable, Hashable {
    /// Streams at once; the peer may ask for fewer.
    public var streams = 256
    /// Bytes that a peer may send on one stream before they were handed on: the bound of what a
    /// stalled session holds. At least 65,535, which RFC 9113 gives before SETTINGS arrive.
    public var streamWindow = 256 * 1024
    /// Bytes that a peer may send on all streams together before they were received.
    public var connectionWindow = 16 * 1024 * 1024
    /// Streams times stream window at most.
    public var memory = 64 * 1024 * 1024
    /// Nothing came from the peer for so long: it is asked by PING.
    public var keepalive: Duration = .seconds(10)
    /// And nothing came after that for so long: the carrier is lost.
    public var keepaliveTimeout: Duration = .seconds(20)

    public init() {}

    /// Streams that fit into both bounds; at least one.
    public var streamsMax: Int { max(1, min(streams, memory / streamWindow)) }
}

/// Towards an upstream: sessions are streams of connections that are shared.
public struct TunnelSettings: Sendable, Hashable {
    /// A field of the request, as `name` and `value`; names in lower case.
    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
    public var `protocol`: TunnelProtocol
    /// What the far end is asked to connect to: `host:port`.
    public var authority: String
    /// Sent with every CONNECT, in this order.
    public var headers: [Header] = []
    public var carrier = CarrierSettings()
    /// Carriers that one worker opens to one endpoint because streams stand in each other's way;
    /// more are opened only where the number of streams asks for them.
    public var carriers = 4
    /// A carrier without streams is closed after so long; nil: never.
    public var idle: Duration? = .seconds(300)

    public init(_ protocol: TunnelProtocol, authority: String) {
        self.protocol = `protocol`
        self.authority = authority
    }
}

/// From clients: each stream of their connections is a session.
public struct AcceptSettings: Sendable, Hashable {
    /// What may be asked for, and the upstream that it leads to.
    public struct Route: Sendable, Hashable {
        /// `host:port`, as the client writes it; compared without regard to case.
        public var authority: String
        /// The name of one of the upstreams.
        public var upstream: String

        public init(authority: String, upstream: String) {
            self.authority = authority
            self.upstream = upstream
        }
    }
    public var `protocol`: TunnelProtocol
    /// Nothing else is connected to: a tunnel is never an open proxy.
    public var authorities: [Route]
    public var carrier = CarrierSettings()

    public init(_ protocol: TunnelProtocol, authorities: [Route]) {
        self.protocol = `protocol`
        self.authorities = authorities
    }
}

// SPDX-License-Identifier: Apache-2.0
// A daemon between a client and an upstream of the test: what nearly every promise starts from.

import Foundation

public final class Tunnel: Sendable {
    public struct Pair: Sendable {
        public let client: Peer
        public let upstream: Peer

        public init(client: Peer, upstream: Peer) {
            self.client = client
            self.upstream = upstream
        }

        /// The end that a direction's bytes come from, and the one they go to.
        public func source(_ direction: Direction) -> Peer { direction == .up ? client : upstream }
        public func sink(_ direction: Direction) -> Peer { direction == .up ? upstream : client }
    }

    public let combination: Combination
    public let daemon: Daemon
    public let upstream: Listener
    private let clientTLS: TLSContext?

    private init(
        _ combination: Combination, _ daemon: Daemon, _ upstream: Listener, _ clientTLS: TLSContext?
    ) {
        self.combination = combination
        self.daemon = daemon
        self.upstream = upstream
        self.clientTLS = clientTLS
    }

    /// `receiveBuffer` is that of both peers; small ones bring back-pressure early.
    public static func with<Answer>(
        _ combination: Combination, network: Network = .tcp, flags: [String] = [],
        receiveBuffer: Int32? = nil, output: Child.Output = .collected,
        _ body: (Tunnel) throws -> Answer
    ) throws -> Answer {
        let folder = try Folder()
        let sockets = network == .unix
        let upstream = try Listener(
            at: sockets ? .unix(folder.file("up")) : .anyPort,
            tls: combination.upstreamIsTLS ? .server() : nil, receiveBuffer: receiveBuffer)
        let listen = sockets ? "unix:" + folder.file("in") : "127.0.0.1:0"
        let arguments =
            try combination.arguments + ["--listen", listen, "--to", "\(upstream.endpoint)"] + flags
        let clientTLS = combination.clientIsTLS ? try TLSContext.client() : nil
        return try Daemon.with(arguments, output: output) {
            try body(Tunnel(combination, $0, upstream, clientTLS))
        }
    }

    /// A client, secured where the listener speaks TLS.
    public func connect(receiveBuffer: Int32? = nil) throws -> Peer {
        try Peer.connect(to: daemon.endpoint, tls: clientTLS, receiveBuffer: receiveBuffer)
    }

    /// A session with both its ends.
    public func open(receiveBuffer: Int32? = nil) throws -> Pair {
        let client = try connect(receiveBuffer: receiveBuffer)
        return Pair(client: client, upstream: try upstream.accept())
    }
}

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
    /// The one that clients come to.
    public let daemon: Daemon
    /// Of two daemons the one that dials the upstream.
    public let far: Daemon?
    /// Stands between the two, where asked for.
    public let forwarder: Forwarder?
    public let upstream: Listener
    private let clientTLS: TLSContext?
    /// Where all of it happens, if not in the network of the tests.
    private let space: Namespace?

    private init(
        _ combination: Combination, _ daemon: Daemon, far: Daemon?, _ forwarder: Forwarder?,
        _ upstream: Listener, _ clientTLS: TLSContext?, _ space: Namespace?
    ) {
        self.combination = combination
        self.daemon = daemon
        self.far = far
        self.forwarder = forwarder
        self.upstream = upstream
        self.clientTLS = clientTLS
        self.space = space
    }

    public var daemons: [Daemon] { [daemon] + (far.map { [$0] } ?? []) }

    /// `receiveBuffer` is that of both peers; small ones bring back-pressure early. Where there are
    /// two daemons, `flags` are those of the first and `farFlags` those of the second.
    public static func with<Answer>(
        _ combination: Combination, network: Network = .tcp, flags: [String] = [],
        farFlags: [String] = [], forwarded: Bool = false, receiveBuffer: Int32? = nil,
        output: Child.Output = .collected, within space: Namespace? = nil,
        _ body: (Tunnel) throws -> Answer
    ) throws -> Answer {
        let folder = try Folder()
        let sockets = network == .unix
        let upstream = try Tunnel.inside(space) {
            try Listener(
                at: sockets ? .unix(folder.file("up")) : .anyPort,
                tls: combination.upstreamIsTLS ? .server() : nil, receiveBuffer: receiveBuffer)
        }
        let through = space?.prefix ?? []
        let listen = sockets ? "unix:" + folder.file("in") : "127.0.0.1:0"
        let arguments = try combination.arguments + ["--listen", listen] + flags
        let clientTLS = combination.clientIsTLS ? try TLSContext.client() : nil
        guard combination.isTunnel else {
            let whole = arguments + ["--to", "\(upstream.endpoint)"]
            return try Daemon.with(whole, through: through, output: output) {
                try body(Tunnel(combination, $0, far: nil, nil, upstream, clientTLS, space))
            }
        }
        let terminator = try Combination.terminator([Combination.authority: upstream.endpoint])
        return try Daemon.with(terminator + farFlags, through: through) { far in
            let forwarder = forwarded ? try Forwarder(to: far.endpoint) : nil
            defer { forwarder?.stop() }
            let to = forwarder?.endpoint ?? far.endpoint
            let whole = arguments + ["--to", "\(to)"]
            return try Daemon.with(whole, through: through, output: output) {
                try body(Tunnel(combination, $0, far: far, forwarder, upstream, clientTLS, space))
            }
        }
    }

    private static func inside<Value: Sendable>(
        _ space: Namespace?, _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        if let space { return try space.inside(body) }
        return try body()
    }

    /// A client, secured where the listener speaks TLS.
    public func connect(receiveBuffer: Int32? = nil) throws -> Peer {
        let (endpoint, context) = (daemon.endpoint, clientTLS)
        return try Tunnel.inside(space) {
            try Peer.connect(to: endpoint, tls: context, receiveBuffer: receiveBuffer)
        }
    }

    /// A session with both its ends.
    public func open(receiveBuffer: Int32? = nil) throws -> Pair {
        let client = try connect(receiveBuffer: receiveBuffer)
        return Pair(client: client, upstream: try upstream.accept())
    }

    /// How many bytes a client says for `open(_:)` before its stream begins.
    public static let nameBytes = 8

    /// So many sessions, asked for at once: each client says its number, so that it is known which
    /// connection of the upstream is its.
    public func open(_ count: Int, receiveBuffer: Int32? = nil) throws -> [Pair] {
        let arriving = Background {
            var upstreams: [Int: Peer] = [:]
            while upstreams.count < count {
                let peer = try self.upstream.accept(within: .seconds(30))
                let name = try peer.receive(text: Tunnel.nameBytes)
                guard let number = Int(name) else { throw Failure("not a number: \(name)") }
                upstreams[number] = peer
            }
            return upstreams
        }
        let clients = try atOnce(0..<8) { thread in
            try stride(from: thread, to: count, by: 8).map { number in
                let client = try self.connect(receiveBuffer: receiveBuffer)
                try client.send(String(format: "%0\(Tunnel.nameBytes)d", number))
                return (number, client)
            }
        }.flatMap { $0 }.sorted { $0.0 < $1.0 }
        let upstreams = try arriving.value()
        return try clients.map { number, client in
            guard let upstream = upstreams[number] else { throw Failure("\(number) came twice") }
            return Pair(client: client, upstream: upstream)
        }
    }
}

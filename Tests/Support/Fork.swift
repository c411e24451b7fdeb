// SPDX-License-Identifier: Apache-2.0
// One end of a tunnel in front of two others, each with an upstream of its own: what a test needs
// whose promise is that clients go elsewhere.

import Foundation

public final class Fork: Sendable {
    public let near: Daemon
    public let fars: [Daemon]
    public let upstreams: [Listener]

    public struct Arrival: Sendable {
        public let pair: Tunnel.Pair
        /// Which of the two it is at.
        public let place: Int
    }

    private init(_ near: Daemon, _ fars: [Daemon], _ upstreams: [Listener]) {
        (self.near, self.fars, self.upstreams) = (near, fars, upstreams)
    }

    public static func with(
        flags: [String] = [], farFlags: [String] = [], _ body: (Fork) throws -> Void
    ) throws {
        let upstreams = [try Listener(), try Listener()]
        let commands = try upstreams.map {
            try Combination.terminator([Combination.authority: $0.endpoint]) + farFlags
        }
        try Daemon.with(commands[0]) { first in
            try Daemon.with(commands[1]) { second in
                let places = [first, second].flatMap { ["--to", "\($0.endpoint)"] }
                let arguments =
                    try Combination.plainToTunnel.arguments + ["--listen", "127.0.0.1:0"] + places
                try Daemon.with(arguments + flags) {
                    try body(Fork($0, [first, second], upstreams))
                }
            }
        }
    }

    /// A session at whichever of the two it comes to.
    public func open(
        within limit: Duration = .seconds(10), file: String = #fileID, line: Int = #line
    ) throws -> Arrival {
        let client = try Peer.connect(to: near.endpoint)
        let place = try eventually(
            within: limit, find: "the upstream of a session", file: file, line: line
        ) { upstreams.firstIndex { $0.hasVisitor } }
        let upstream = try upstreams[place].accept()
        let pair = Tunnel.Pair(client: client, upstream: upstream)
        try pair.client.exchange("there", with: pair.upstream)
        try pair.upstream.exchange("and back", with: pair.client)
        return Arrival(pair: pair, place: place)
    }
}

extension Tunnel.Pair {
    /// Both directions end well.
    public func finish() throws {
        try client.finishWriting()
        try demand(try upstream.receiveEnd() == .end, "the client's end is another one")
        try upstream.finishWriting()
        try demand(try client.receiveEnd() == .end, "the upstream's end is another one")
    }

    /// Both directions move.
    public func exchange(_ text: String) throws {
        try client.exchange(text, with: upstream)
        try upstream.exchange(text, with: client)
    }
}

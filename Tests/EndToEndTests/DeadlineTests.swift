// SPDX-License-Identifier: Apache-2.0
// Every wait has an end, and the session's line tells which one it was.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Deadlines {
        @Test func connectingEndsAtItsDeadline() throws {
            let space = try Namespace()
            try space.drop("tcp dport 9")
            let arguments = [
                "connect", "--plain", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:9",
                "--connect", "500ms",
            ]
            try Daemon.with(arguments, through: space.prefix) { daemon in
                let client = try space.inside { try Peer.connect(to: daemon.endpoint) }
                #expect(try client.receiveEnd() == .reset)
                let line = try daemon.session()
                #expect(line.reason == "connect-timeout")
                #expect(line.phase == "connecting to the upstream")
                #expect((450...1500).contains(line.durationMs), "\(line.durationMs) ms")
            }
        }

        /// Connect and handshake are one absolute deadline over the dial.
        @Test(arguments: [Combination.plainToTLS, .tlsToTLS, .plainToTunnel])
        func anUpstreamsHandshakeEndsAtItsDeadline(_ combination: Combination) throws {
            let upstream = try Listener()
            let name = combination.clientIsTLS ? "--to-handshake" : "--handshake"
            let arguments =
                try combination.arguments + [
                    "--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)", "--connect", "300ms",
                    name, "500ms",
                ]
            try Daemon.with(arguments) { daemon in
                let context = combination.clientIsTLS ? try TLSContext.client() : nil
                let client = try Peer.connect(to: daemon.endpoint, tls: context)
                let visitor = try upstream.acceptRaw()
                let ending = try client.receiveEnd()
                #expect(combination.clientIsTLS ? ending.isAlert : ending == .reset)
                _ = try visitor.receiveAll()
                let line = try daemon.session()
                #expect(line.reason == "handshake-timeout")
                #expect(line.phase == "securing the upstream")
                #expect((450...2000).contains(line.durationMs), "\(line.durationMs) ms")
            }
        }

        /// A connection of a tunnel counts only once the other end has sent its settings, and a
        /// session only once its CONNECT was answered; the deadline is over both.
        @Test(arguments: [
            ([UInt8](), "waiting for the upstream's HTTP/2 settings"),
            ([0, 0, 0, 4, 0, 0, 0, 0, 0], "opening the tunnel"),
        ])
        func openingATunnelEndsAtItsDeadline(_ frames: [UInt8], _ phase: String) throws {
            var options = TLSOptions.mutualServer
            options.protocols = ["h2"]
            let upstream = try Listener(tls: .server(options))
            let arguments =
                try Combination.plainToTunnel.arguments + [
                    "--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)", "--connect", "300ms",
                    "--handshake", "500ms",
                ]
            try Daemon.with(arguments) { daemon in
                let client = try Peer.connect(to: daemon.endpoint)
                let visitor = try upstream.accept()
                try visitor.send(frames)
                #expect(try client.receiveEnd() == .reset)
                let line = try daemon.session()
                #expect(line.reason.hasSuffix("-timeout"), "\(line.reason)")
                #expect(line.phase == phase)
                #expect((450...2000).contains(line.durationMs), "\(line.durationMs) ms")
            }
        }

        @Test func aSilentTLSClientIsSentAwayAndNothingIsDialled() throws {
            try Tunnel.with(.tlsToPlain, flags: ["--handshake", "500ms"]) { tunnel in
                let silent = try Peer.connect(to: tunnel.daemon.endpoint)
                let honest = try tunnel.open()
                try honest.client.exchange("hello", with: honest.upstream)
                #expect(try silent.receiveAll().ending != .truncated)
                let line = try tunnel.daemon.session()
                #expect(line.reason == "handshake-timeout")
                #expect(line.phase == "securing the client")
                #expect((450...1500).contains(line.durationMs), "\(line.durationMs) ms")
                #expect(!tunnel.upstream.hasVisitor)
            }
        }

        @Test(arguments: Combination.allCases)
        func anIdleSessionEndsAndTrafficKeepsItAlive(_ combination: Combination) throws {
            try Tunnel.with(combination, flags: ["--idle", "700ms"]) { tunnel in
                let pair = try tunnel.open()
                for number in 0..<8 {
                    usleep(200_000)
                    let (from, to) =
                        number % 2 == 0
                        ? (pair.client, pair.upstream) : (pair.upstream, pair.client)
                    try from.exchange("tick", with: to)
                }
                try Self.expectAborted(pair)
                let line = try tunnel.daemon.session()
                #expect(line.reason == "idle-timeout")
                #expect(line.closedBy == "attache")
                #expect(
                    line.durationMs >= 2200, "\(line.durationMs) ms: traffic counted for nothing")
                #expect(line.durationMs <= 4500, "\(line.durationMs) ms")
            }
        }

        @Test(arguments: Combination.allCases, Direction.allCases)
        func aHalfClosedSessionEndsAndProgressExtendsIt(
            _ combination: Combination, _ direction: Direction
        ) throws {
            try Tunnel.with(combination, flags: ["--half-close", "700ms"]) { tunnel in
                let pair = try tunnel.open()
                let (source, sink) = (pair.source(direction), pair.sink(direction))
                try source.finishWriting()
                #expect(try sink.receiveEnd() == .end)
                for _ in 0..<8 {
                    usleep(200_000)
                    try sink.exchange("tick", with: source)
                }
                let ending = try source.receiveEnd()
                #expect(ending == .reset || ending.isAlert)
                let line = try tunnel.daemon.session()
                #expect(line.reason == "half-close-timeout")
                #expect((2200...4500).contains(line.durationMs), "\(line.durationMs) ms")
            }
        }

        @Test(arguments: Combination.direct)
        func aLifetimeEndsABusySessionToo(_ combination: Combination) throws {
            try Tunnel.with(combination, flags: ["--lifetime", "1s"]) { tunnel in
                let pair = try tunnel.open()
                let talking = Background { () -> Int in
                    var count = 0
                    while true {
                        do { try pair.client.exchange("tick", with: pair.upstream) } catch {
                            return count
                        }
                        count += 1
                        usleep(20_000)
                    }
                }
                #expect(try talking.value() > 10)
                let line = try tunnel.daemon.session()
                #expect(line.reason == "lifetime")
                #expect(line.closedBy == "attache")
                #expect((950...2500).contains(line.durationMs), "\(line.durationMs) ms")
            }
        }

        /// An end that we decide is an abort on both sides. A TLS client gets an alert first;
        /// OpenSSL has no way to send one as a client (docs/decisions), so a TLS upstream sees the
        /// reset.
        static func expectAborted(_ pair: Tunnel.Pair) throws {
            let client = try pair.client.receiveEnd()
            #expect(pair.client.tls == nil ? client == .reset : client.isAlert, "\(client)")
            let upstream = try pair.upstream.receiveEnd()
            #expect(upstream == .reset, "\(upstream)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// A broken end never looks like a clean end, and comes after every byte that came before it.

import Support
import Testing

extension EndToEnd {
    @Suite struct Aborts {
        enum Kind: String, CaseIterable, Sendable { case reset, truncation }

        static let bytes = 8 << 20
        static let rate = 4 << 20

        /// Resets and truncations of both directions, all at once through one daemon.
        @Test(arguments: Combination.allCases, Network.allCases)
        func everyByteArrivesAtASlowSinkAndThenTheAbort(
            _ combination: Combination, _ network: Network
        ) throws {
            try Tunnel.with(combination, network: network, receiveBuffer: 64 << 10) { tunnel in
                let cases = Direction.allCases.flatMap { direction in
                    Kind.allCases.map { (direction, $0) }
                }.filter { direction, kind in
                    let isTLS =
                        direction == .up ? combination.clientIsTLS : combination.upstreamIsTLS
                    return kind == .reset || isTLS
                }
                let pairs = try cases.map { _ in try tunnel.open(receiveBuffer: 64 << 10) }
                _ = try atOnce(zip(cases, pairs).map { ($0.0, $0.1, $1) }) {
                    direction, kind, pair in
                    try Self.run(pair, direction, kind, network)
                }
                for (lines, (direction, kind)) in try tunnel.daemons.flatMap({ daemon in
                    let lines = try daemon.sessions(cases.count)
                    return cases.map { (lines, $0) }
                }) {
                    let reason = Self.reason(direction, kind)
                    let line = try #require(lines.first { $0.reason == reason }, "no \(reason)")
                    #expect(line.phase == "relaying")
                    #expect(line.closedBy == (direction == .up ? "client" : "upstream"))
                    #expect((direction == .up ? line.bytesUp : line.bytesDown) == Self.bytes)
                    if kind == .truncation { #expect(line.message.contains("unclean-end")) }
                }
            }
        }

        /// Bytes of the victim's that the aborting side has not read lie in its socket: on a Unix
        /// socket nothing else makes its close a reset.
        static func run(
            _ pair: Tunnel.Pair, _ direction: Direction, _ kind: Kind, _ network: Network
        ) throws {
            let source = pair.source(direction)
            let sink = pair.sink(direction)
            if network == .unix, kind == .reset {
                try sink.send("unread")
                try source.waitReadable()
            }
            let aborting = Background {
                try source.send(RandomStream(seed: 3), bytes: bytes)
                // A reset throws away what our own kernel has not delivered yet.
                if network == .tcp {
                    try eventually("all acknowledged") { source.unacknowledged == 0 }
                }
                if kind == .reset { source.reset() } else { try source.truncate() }
            }
            let (count, ending) = try sink.expectAll(RandomStream(seed: 3), rate: rate)
            try aborting.value()
            try demand(count == bytes, "\(direction) \(kind): \(count) of \(bytes) bytes")
            let expected: [Ending] =
                switch network {
                case .tcp: [.reset]
                case .unix: sink.tls == nil ? [.reset, .end] : [.reset, .truncated]
                }
            try demand(expected.contains(ending), "\(direction) \(kind): told as \(ending)")
        }

        static func reason(_ direction: Direction, _ kind: Kind) -> String {
            let side = direction == .up ? "client" : "upstream"
            return kind == .reset ? "\(side)-reset" : "\(side)-truncated"
        }

        /// 5 s of abort-linger would show at once if any of them waited for it.
        @Test(arguments: Combination.allCases, Direction.allCases)
        func withNothingQueuedAResetIsToldWithin100Milliseconds(
            _ combination: Combination, _ direction: Direction
        ) throws {
            let flags = ["--abort-linger", "5s"]
            try Tunnel.with(combination, flags: flags, farFlags: flags) { tunnel in
                let times = try (0..<20).map { _ in
                    let pair = try tunnel.open()
                    try pair.client.exchange("there", with: pair.upstream)
                    try pair.upstream.exchange("and back", with: pair.client)
                    return try Duration.of {
                        pair.source(direction).reset()
                        let ending = try pair.sink(direction).receiveEnd()
                        #expect(ending == .reset)
                    }
                }
                #expect(times.median < .milliseconds(100))
                #expect(times.max()! < .seconds(1))
            }
        }

        /// Some peers never send a close_notify; `unclean-end: end` takes them as they are, and
        /// still says so.
        @Test func anUncleanEndIsAnEndWhereThatIsAskedFor() throws {
            try Tunnel.with(.tlsToPlain, flags: ["--unclean-end", "end"]) { tunnel in
                let pair = try tunnel.open()
                try pair.client.exchange("last words", with: pair.upstream)
                try pair.client.truncate()
                #expect(try pair.upstream.receiveEnd() == .end)
                try pair.upstream.exchange("answer", with: pair.client)
                try pair.upstream.finishWriting()
                #expect(try pair.client.receiveEnd() == .end)
                pair.client.close()
                let line = try tunnel.daemon.session()
                #expect(line.message.contains("close_notify") || line.reason == "client-truncated")
            }
        }
    }
}

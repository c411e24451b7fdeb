// SPDX-License-Identifier: Apache-2.0
// However slow a reader is, the memory that it costs is bounded, and its bytes wait for it.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct StalledReaders {
        static let cases = Combination.allCases.flatMap { combination in
            Direction.allCases.map { (combination, $0) }
        }

        @Test(arguments: cases)
        func aHundredStalledReadersCostLittleEach(
            _ combination: Combination, _ direction: Direction
        ) throws {
            try Tunnel.with(combination, receiveBuffer: 32 << 10) { tunnel in
                // Of two daemons the one that holds what the reader does not take.
                let holder = direction == .up ? tunnel.daemons.last : tunnel.daemons.first
                let facts = ProcessFacts(try #require(holder))
                // The first two also pay for what every worker makes once.
                let pipesBefore = try facts.pipes
                let few = try (0..<6).map { _ in try tunnel.open(receiveBuffer: 32 << 10) }
                var stalled = try few.prefix(2).map { try Self.fill($0, direction) }
                var before = try facts.memory("RssAnon")
                var worst = 0
                for pair in few.dropFirst(2) {
                    stalled.append(try Self.fill(pair, direction))
                    let now = try facts.memory("RssAnon")
                    worst = max(worst, now - before)
                    before = now
                }
                // 256 KiB, a record, and the pages that their ends share with others; where a
                // stream's window comes in DATA, what holds it grows by pieces that may be half
                // empty.
                let most = combination.isTunnel ? 256 + 128 + 16 : 272
                #expect(worst <= most + 8, "one flow took \(worst) KiB")

                let pairs = try (0..<100).map { _ in try tunnel.open(receiveBuffer: 32 << 10) }
                let baseline = try facts.memory("RssAnon")
                stalled += try atOnce(pairs) { try Self.fill($0, direction) }
                let grown = try facts.memory("RssAnon") - baseline
                // A tunnel has promised its peer to take a stream's window whoever reads or not.
                let each = combination.isTunnel ? 256 + 16 : 64
                #expect(grown <= 100 * each, "\(grown / 100) KiB each")
                let pipes = try facts.pipes - pipesBefore
                #expect(pipes <= stalled.count, "more than one each")
                #expect(
                    stalled.allSatisfy { $0.bytes > 64 << 10 }, "never stalled: nothing is proved")
                for one in stalled.prefix(20) { try Self.drain(one, direction) }
            }
        }

        struct Stalled: Sendable {
            let pair: Tunnel.Pair
            let bytes: Int
        }

        /// In mid-stream: some bytes are read before the reader stops.
        static func fill(_ pair: Tunnel.Pair, _ direction: Direction) throws -> Stalled {
            try pair.source(direction).exchange("moving", with: pair.sink(direction))
            return Stalled(pair: pair, bytes: try pair.source(direction).fill())
        }

        /// The reader goes on: all that was sent comes, and then the end.
        static func drain(_ stalled: Stalled, _ direction: Direction) throws {
            let source = stalled.pair.source(direction)
            // Also repeats the write that found no room, as OpenSSL wants it.
            let ending = Background {
                try source.send([UInt8](repeating: 0, count: Peer.fillChunk))
                try source.finishWriting()
            }
            var count = 0
            let seen = try stalled.pair.sink(direction).receiveAll { count += $0.count }
            try ending.value()
            #expect(seen == .end)
            #expect(count == stalled.bytes + Peer.fillChunk)
        }
    }
}

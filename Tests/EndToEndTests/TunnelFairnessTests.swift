// SPDX-License-Identifier: Apache-2.0
// Two hundred readers that do not read hold nobody up and cost no more than their windows; the
// long form of it is scripts/tunnel-fairness.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct TunnelFairness {
        static let stalled = 200
        static let window = 256 << 10
        static let bytes = Scale.of(64 << 20)

        /// All through one connection. Alone and beside are measured in turn, so that both meet the
        /// same machine.
        @Test(arguments: Direction.allCases)
        func theTwoHundredAndFirstStreamIsFastBesideThoseThatStall(
            _ direction: Direction
        ) throws {
            raiseDescriptorLimit()
            let flags = ["--workers", "1"]
            try Tunnel.with(.plainToTunnel, flags: flags, farFlags: flags) { quiet in
                let alone = try quiet.open()
                try Tunnel.with(
                    .plainToTunnel, flags: flags + ["--carriers", "1", "--streams", "256"],
                    farFlags: flags
                ) { busy in
                    let pairs = try busy.open(Self.stalled, receiveBuffer: 16 << 10)
                    let beside = try busy.open()
                    for pair in [alone, beside] { _ = try Self.move(pair, direction) }
                    // Or each fills megabytes in the kernel before it stalls.
                    for pair in pairs { pair.source(direction).limitSendBuffer(16 << 10) }
                    let facts = busy.daemons.map { ProcessFacts($0) }
                    let before = try facts.map { try $0.memory("RssAnon") }.reduce(0, +)
                    let sent = try Self.fill(pairs.map { $0.source(direction) })
                    #expect(
                        sent.allSatisfy { $0 > Self.window },
                        "not all have stalled: nothing is proved")

                    let times = try (0..<3).map { _ in
                        (try Self.move(alone, direction), try Self.move(beside, direction))
                    }
                    let (ours, theirs) = (times.map(\.1).median, times.map(\.0).median)
                    print("alone \(theirs), beside \(Self.stalled) stalled ones \(ours)")
                    #expect(ours <= theirs * 2, "beside \(ours), alone \(theirs)")

                    let after = try facts.map { try $0.memory("RssAnon") }.reduce(0, +)
                    let most = (Self.stalled * Self.window + 16 << 20) / 1024
                    #expect(after - before <= most, "\(after - before) KiB for \(most)")
                    let far = try #require(busy.far)
                    #expect(try Connections.established(at: far.endpoint) == 1)
                    #expect(busy.daemons.allSatisfy { $0.child.output.isEmpty }, "some have ended")

                    // And the stalled ones have lost nothing.
                    for (pair, count) in zip(pairs, sent).prefix(5) {
                        _ = try pair.sink(direction).receive(exactly: count)
                    }
                }
            }
        }

        /// The time that so many bytes take.
        static func move(_ pair: Tunnel.Pair, _ direction: Direction) throws -> Duration {
            let zeros = [UInt8](repeating: 0, count: 256 << 10)
            return try Duration.of {
                let sending = Background {
                    for _ in 0..<(max(1, bytes / zeros.count)) {
                        try pair.source(direction).send(zeros)
                    }
                }
                let room = UnsafeMutableRawBufferPointer.allocate(
                    byteCount: zeros.count, alignment: 16)
                defer { room.deallocate() }
                var left = max(1, bytes / zeros.count) * zeros.count
                while left > 0 {
                    guard case .bytes(let count) = try pair.sink(direction).receive(into: room)
                    else { throw Failure("ended with \(left) bytes to come") }
                    left -= count
                }
                try sending.value()
            }
        }

        /// Sends on each until none takes anything more; hands out how much each took.
        static func fill(_ sources: [Peer]) throws -> [Int] {
            let zeros = [UInt8](repeating: 0, count: 64 << 10)
            var sent = sources.map { _ in 0 }
            var deadline = Deadline.after(.milliseconds(300))
            while !deadline.isOver {
                var moved = 0
                for (index, source) in sources.enumerated() {
                    let taken = try zeros.withUnsafeBytes { try source.sendNow($0) }
                    sent[index] += taken
                    moved += taken
                }
                if moved > 0 { deadline = .after(.milliseconds(300)) } else { usleep(2000) }
            }
            return sent
        }
    }
}

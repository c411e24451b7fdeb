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
        /// Less would be over before it could be held up.
        static let bytes = max(Scale.of(64 << 20), 16 << 20)

        /// All through one connection; half of them stall upwards, the others downwards.
        /// Alone and beside are measured in turn, so that both meet the same machine.
        @Test func theTwoHundredAndFirstStreamIsFastBesideThoseThatStall() throws {
            raiseDescriptorLimit()
            // Two hundred sockets with megabytes each would make the kernel short of memory, and
            // what is slow then is not the tunnel.
            let space = try Namespace()
            try space.limitBuffers(256 << 10)
            let flags = ["--workers", "1"]
            try Tunnel.with(.plainToTunnel, flags: flags, farFlags: flags, within: space) { quiet in
                let alone = try quiet.open()
                try Tunnel.with(
                    .plainToTunnel, flags: flags + ["--carriers", "1", "--streams", "256"],
                    farFlags: flags, within: space
                ) { busy in
                    let pairs = try busy.open(Self.stalled, receiveBuffer: 16 << 10)
                    let beside = try busy.open()
                    for direction in Direction.allCases {
                        for pair in [alone, beside] { _ = try Self.move(pair, direction) }
                    }
                    let facts = busy.daemons.map { ProcessFacts($0) }
                    let before = try facts.map { try $0.memory("RssAnon") }.reduce(0, +)
                    let ends = pairs.enumerated().map { index, pair in
                        let direction: Direction = index % 2 == 0 ? .up : .down
                        return (source: pair.source(direction), sink: pair.sink(direction))
                    }
                    let sent = try Self.fill(ends.map(\.source))
                    #expect(
                        sent.allSatisfy { $0 > Self.window },
                        "not all have stalled: nothing is proved")
                    for direction in Direction.allCases {
                        let times = try (0..<3).map { _ in
                            (try Self.move(alone, direction), try Self.move(beside, direction))
                        }
                        let (ours, theirs) = (times.map(\.1).median, times.map(\.0).median)
                        print("\(direction): alone \(theirs), beside \(Self.stalled) \(ours)")
                        #expect(ours <= theirs * 2, "\(direction)")
                    }

                    let after = try facts.map { try $0.memory("RssAnon") }.reduce(0, +)
                    let most = (Self.stalled * Self.window + 16 << 20) / 1024
                    #expect(after - before <= most, "KiB")
                    let far = try #require(busy.far)
                    #expect(try Connections.established(at: far) == 1)
                    #expect(busy.daemons.allSatisfy { $0.child.output.isEmpty }, "some have ended")

                    // And the stalled ones have lost nothing.
                    for (end, count) in zip(ends, sent).prefix(6) {
                        _ = try end.sink.receive(exactly: count)
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

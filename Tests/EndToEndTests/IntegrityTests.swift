// SPDX-License-Identifier: Apache-2.0
// Bytes are never lost, reordered, duplicated or invented.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Integrity {
        static let streams = 4
        static let bytes = Scale.of(256 << 20)

        @Test(arguments: Combination.allCases)
        func fourStreamsBothWaysAtOnceArriveByteByByte(_ combination: Combination) throws {
            let seed = UInt64.random(in: 0...UInt64.max / 2)
            print("integrity \(combination): seed \(seed)")
            try Tunnel.with(combination) { tunnel in
                let pairs = try (0..<Self.streams).map { _ in try tunnel.open() }
                let flows = pairs.enumerated().flatMap { index, pair in
                    Direction.allCases.map { (UInt64(index), pair, $0) }
                }
                let threads = flows.flatMap { index, pair, direction in
                    let flowSeed = seed + index * 2 + (direction == .up ? 0 : 1)
                    return [
                        Background { try Self.send(flowSeed, on: pair.source(direction)) },
                        Background { try Self.check(flowSeed, on: pair.sink(direction)) },
                    ]
                }
                for thread in threads { try thread.value(within: .seconds(180)) }
                for pair in pairs {
                    pair.client.close()
                    pair.upstream.close()
                }
                for line in try tunnel.daemons.flatMap({ try $0.sessions(Self.streams) }) {
                    #expect(line.reason == "completed")
                    #expect(line.phase == "relaying")
                    #expect(line.bytesUp == Self.bytes)
                    #expect(line.bytesDown == Self.bytes)
                }
            }
        }

        @Test(arguments: Combination.allCases)
        func oneByteAtATimeArrivesAtOnceAndInOrder(_ combination: Combination) throws {
            try Tunnel.with(combination) { tunnel in
                let pair = try tunnel.open()
                let trips = try (0..<200).map { number in
                    try Duration.of {
                        try pair.client.send([UInt8(number)])
                        #expect(try pair.upstream.receive(exactly: 1) == [UInt8(number)])
                        try pair.upstream.send([UInt8(255 - number)])
                        #expect(try pair.client.receive(exactly: 1) == [UInt8(255 - number)])
                    }
                }
                // Nagle and delayed ACKs would make it 40 ms.
                #expect(trips.median < .milliseconds(5))
            }
        }

        /// Random chunks of 1 byte to 256 KiB, one in sixteen of them tiny, a pause now and then.
        static func send(_ seed: UInt64, on peer: Peer) throws {
            let stream = RandomStream(seed: seed)
            var numbers = RandomNumbers(seed: seed)
            var left = bytes
            while left > 0 {
                let isTiny = Int.random(in: 0..<16, using: &numbers) == 0
                let wanted = Int.random(in: 1...(isTiny ? 64 : 256 << 10), using: &numbers)
                let count = min(left, wanted)
                try stream.next(count) { try peer.send($0) }
                left -= count
                if Int.random(in: 0..<100, using: &numbers) == 0 {
                    usleep(UInt32.random(in: 0..<20_000, using: &numbers))
                }
            }
            try peer.finishWriting()
        }

        static func check(_ seed: UInt64, on peer: Peer) throws {
            let (count, ending) = try peer.expectAll(RandomStream(seed: seed))
            try demand(count == bytes, "\(count) of \(bytes) bytes, seed \(seed)")
            try demand(ending == .end, "\(ending), seed \(seed)")
        }
    }
}

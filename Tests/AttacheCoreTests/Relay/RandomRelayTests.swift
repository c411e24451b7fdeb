// SPDX-License-Identifier: Apache-2.0
// The promise of Relay under a seeded storm: every byte of both directions, once, in order, then
// its end.

import Testing

@testable import AttacheCore

struct RandomRelayTests {
    /// One direction of a run: what is to be sent, by pulls or by pushes, and how it ends.
    private final class Direction {
        let from: Relay.Party
        let pushes: Bool
        let bytes: [UInt8]
        private var sent = 0
        private var hasEnded = false

        init(from: Relay.Party, _ numbers: inout SeededNumbers) {
            self.from = from
            pushes = Bool.random(using: &numbers)
            let sizes = [0, 1, 2, 100, 32_768, 32_769, 300_000]
            bytes = numbers.bytes(sizes[numbers.below(sizes.count)] + numbers.below(50))
        }

        var isOver: Bool { hasEnded }

        func step(_ rig: RelayRig, _ numbers: inout SeededNumbers) {
            let source = from == .client ? rig.client : rig.upstream
            if sent == bytes.count {
                if !hasEnded { rig.hear(source.end(.clean), from: from) }
                hasEnded = true
                return
            }
            let sizes = [1, 1, 17, 4096, 40_000, 300_000]
            let count = min(bytes.count - sent, 1 + numbers.below(sizes[numbers.below(6)]))
            let piece = Array(bytes[sent..<sent + count])
            sent += count
            if pushes {
                rig.push(piece, from: from)
            } else {
                rig.hear(source.feed(piece), from: from)
            }
        }
    }

    private static func mood(_ numbers: inout SeededNumbers) -> Int {
        [1, 10, 5000, 100_000, Int.max][numbers.below(5)]
    }

    private static func disturb(
        _ side: FakeSide, _ party: Relay.Party, _ rig: RelayRig, _ numbers: inout SeededNumbers
    ) {
        side.chunk = mood(&numbers)
        side.bite = mood(&numbers)
        side.canFinish = numbers.below(3) > 0
        let hunger = numbers.below(4) == 0 ? 0 : numbers.below(min(mood(&numbers), 200_000))
        rig.hear(side.hunger(hunger), from: party)
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func everyByteArrivesOnceInOrderAndThenItsEnd(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let rig = RelayRig(FakeSide(appetite: 0), FakeSide(appetite: 0))
        let up = Direction(from: .client, &numbers)
        let down = Direction(from: .upstream, &numbers)
        var said = rig.turn()
        while !(up.isOver && down.isOver) {
            switch numbers.below(5) {
            case 0: up.step(rig, &numbers)
            case 1: down.step(rig, &numbers)
            case 2: Self.disturb(rig.client, .client, rig, &numbers)
            case 3: Self.disturb(rig.upstream, .upstream, rig, &numbers)
            default: said = rig.turn()
            }
        }
        // From here on both read as they please, and nobody else helps.
        for side in [rig.client, rig.upstream] {
            side.bite = .max
            side.canFinish = true
        }
        rig.hear(rig.client.hunger(.max), from: .client)
        rig.hear(rig.upstream.hunger(.max), from: .upstream)
        said = rig.settle()
        #expect(said == "done", "seed \(seed)")
        #expect(difference(rig.upstream.got, up.bytes) == nil, "seed \(seed)")
        #expect(difference(rig.client.got, down.bytes) == nil, "seed \(seed)")
        #expect(rig.client.givenBack == up.bytes.count, "seed \(seed)")
        #expect(rig.upstream.givenBack == down.bytes.count, "seed \(seed)")
        #expect(rig.relay.bytesUp == UInt64(up.bytes.count), "seed \(seed)")
        #expect(rig.relay.bytesDown == UInt64(down.bytes.count), "seed \(seed)")
        #expect(rig.client.finishes >= 1 && rig.upstream.finishes >= 1, "seed \(seed)")
    }

    @Test(arguments: 1000..<1100 as Range<UInt64>)
    func aResetComesAfterEveryByteThatCameBeforeIt(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let rig = RelayRig(FakeSide(appetite: 0), FakeSide(appetite: 0))
        let bytes = numbers.bytes(numbers.below(200_000))
        let pushes = Bool.random(using: &numbers)
        var said = rig.turn()
        if pushes {
            rig.push(bytes, from: .client)
        } else {
            rig.hear(rig.client.feed(bytes), from: .client)
        }
        rig.hear(rig.client.end(.reset), from: .client)
        while said == "waiting" || said == "used up" {
            Self.disturb(rig.upstream, .upstream, rig, &numbers)
            said = rig.turn()
        }
        #expect(said == "abort upstream: reset", "seed \(seed)")
        #expect(difference(rig.upstream.got, bytes) == nil, "seed \(seed)")
        #expect(rig.upstream.finishes == 0, "seed \(seed)")
    }
}

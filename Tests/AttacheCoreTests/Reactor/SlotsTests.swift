// SPDX-License-Identifier: Apache-2.0
// Promises of Slots: a stale token reaches nobody, and whoever is woken often has one turn.

import Testing

@testable import AttacheCore

struct SlotsTests {
    private final class Sleeper: Wakeable {
        func note(_ events: UInt32, part: Int) {}
        func run() {}
        func receive(_ message: any Sendable) {}
        func sweep(now: UInt64) -> UInt64 { .max }
    }

    @Test(
        arguments: [
            (0, 1, 0), (1, 1, 15), (77, 12_345, 3), (1 << 28 - 1, UInt32.max, 15),
        ] as [(Int, UInt32, Int)])
    func aTokenKeepsItsThreeParts(slot: Int, generation: UInt32, part: Int) {
        let token = Token(slot: slot, generation: generation).part(part)
        #expect(token.slot == slot)
        #expect(token.generation == generation)
        #expect(token.part == part)
        #expect(token.part(0) == Token(slot: slot, generation: generation))
        #expect(Token(raw: token.raw) == token)
    }

    @Test func anEmptyTableHasNobodyReady() {
        var slots = Slots()
        #expect(!slots.isReady)
        #expect(slots.next() == nil)
        #expect(slots.told(Token(slot: 0, generation: 1)) == nil)
        #expect(slots.staleEvents == 1)
    }

    @Test func anEventReachesItsOccupantWhateverThePart() {
        var slots = Slots()
        let one = Sleeper()
        let two = Sleeper()
        let tokens = [slots.register(one), slots.register(two)]
        #expect(slots.told(tokens[1].part(3)) === two)
        #expect(slots.told(tokens[0]) === one)
        #expect(slots.next() === two)
        #expect(slots.next() === one)
        #expect(slots.next() == nil)
    }

    @Test func whoeverIsWokenOftenIsQueuedOnce() {
        var slots = Slots()
        let one = Sleeper()
        let token = slots.register(one)
        slots.wake(token)
        slots.wake(token.part(2))
        _ = slots.told(token)
        #expect(slots.isReady)
        #expect(slots.next() === one)
        #expect(slots.next() == nil)
        #expect(!slots.isReady)
        // And again, once it has had its turn.
        slots.wake(token)
        #expect(slots.next() === one)
    }

    @Test func whoeverWakesDuringATurnComesAfterTheOthers() {
        var slots = Slots()
        let one = Sleeper()
        let two = Sleeper()
        let tokens = [slots.register(one), slots.register(two)]
        for token in tokens { slots.wake(token) }
        #expect(slots.next() === one)
        slots.wake(tokens[0])
        #expect(slots.next() === two)
        #expect(slots.next() === one)
        #expect(slots.next() == nil)
    }

    @Test func aReleasedSlotIsUsedAgainUnderAnotherGeneration() {
        var slots = Slots()
        let old = Sleeper()
        let new = Sleeper()
        let stale = slots.register(old)
        slots.release(stale)
        let fresh = slots.register(new)
        #expect(fresh.slot == stale.slot)
        #expect(fresh != stale)
        #expect(slots.count == 1)
        #expect(slots.told(stale) == nil)
        #expect(slots.staleEvents == 1)
        #expect(!slots.isReady)
        slots.wake(stale)
        #expect(!slots.isReady)
        #expect(slots.told(fresh) === new)
    }

    @Test func aReleaseWithAStaleTokenThrowsNobodyOut() {
        var slots = Slots()
        let new = Sleeper()
        let stale = slots.register(Sleeper())
        slots.release(stale)
        let fresh = slots.register(new)
        slots.release(stale)
        #expect(slots.told(fresh) === new)
        #expect(slots.occupant(fresh.slot) === new)
    }

    @Test func whoeverIsReleasedWhileQueuedHasNoTurn() {
        var slots = Slots()
        let gone = Sleeper()
        let next = Sleeper()
        let other = Sleeper()
        let token = slots.register(gone)
        let otherToken = slots.register(other)
        slots.wake(token)
        slots.wake(otherToken)
        slots.release(token)
        #expect(slots.occupant(token.slot) == nil)
        // Its successor is not taken for it, and has a turn of its own when it is woken.
        let fresh = slots.register(next)
        #expect(slots.next() === other)
        #expect(slots.next() == nil)
        slots.wake(fresh)
        #expect(slots.next() === next)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func aRandomLifeAgreesWithADictionary(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var slots = Slots()
        var living: [Token: Sleeper] = [:]
        var dead: [Token] = []
        for _ in 0..<500 {
            switch numbers.below(4) {
            case 0:
                let sleeper = Sleeper()
                living[slots.register(sleeper)] = sleeper
            case 1:
                guard let token = living.keys.min(by: { $0.raw < $1.raw }) else { continue }
                living[token] = nil
                dead.append(token)
                slots.release(token)
            case 2:
                if !dead.isEmpty { slots.wake(dead[numbers.below(dead.count)]) }
                for token in living.keys { slots.wake(token) }
            default:
                var had: Set<ObjectIdentifier> = []
                while let who = slots.next() { had.insert(ObjectIdentifier(who)) }
                let alive = Set(living.values.map(ObjectIdentifier.init))
                #expect(had.isSubset(of: alive), "seed \(seed)")
            }
        }
        for (token, who) in living { #expect(slots.told(token) === who, "seed \(seed)") }
        for token in dead { #expect(slots.told(token) == nil, "seed \(seed)") }
    }
}

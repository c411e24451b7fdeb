// SPDX-License-Identifier: Apache-2.0
// Promises of Farewell: the close waits for what is queued, but for a victim that stands still not
// long.

import Testing

@testable import AttacheCore

struct FarewellTests {
    private static let millisecond: UInt64 = 1_000_000
    private static let start = 5000 * millisecond

    private func farewell(_ victims: [FakeSide], patience: Duration = .seconds(1)) -> Farewell {
        Farewell(victims, abortively: true, patience: patience, now: Self.start)
    }

    private func at(_ milliseconds: Int) -> UInt64 {
        Self.start + UInt64(milliseconds) * Self.millisecond
    }

    @Test func withNothingQueuedTheCloseIsAtOnce() {
        var farewell = farewell([FakeSide()])
        #expect(farewell.pause(now: at(0)) == nil)
        var nobody = self.farewell([])
        #expect(nobody.pause(now: at(0)) == nil)
    }

    @Test func looksAreSoonAtFirstAndThenLessOften() {
        let victim = FakeSide()
        victim.undelivered = 1
        var farewell = farewell([victim])
        let pauses = (0..<7).map { farewell.pause(now: at($0)) }
        #expect(pauses == [1, 2, 4, 8, 16, 20, 20].map { .milliseconds($0) })
        victim.undelivered = 0
        #expect(farewell.pause(now: at(8)) == nil)
    }

    @Test func everyVictimIsWaitedFor() {
        let (one, two) = (FakeSide(), FakeSide())
        one.undelivered = 1
        two.undelivered = 1
        var farewell = farewell([one, two])
        #expect(farewell.pause(now: at(0)) != nil)
        one.undelivered = 0
        #expect(farewell.pause(now: at(1)) != nil)
        two.undelivered = 0
        #expect(farewell.pause(now: at(2)) == nil)
    }

    @Test(arguments: [(999, false), (1000, true), (1001, true)])
    func aVictimThatStandsStillIsWaitedForAsLongAsPatienceLasts(look: Int, closes: Bool) {
        let victim = FakeSide()
        victim.undelivered = 10
        var farewell = farewell([victim])
        #expect(farewell.pause(now: at(0)) != nil)
        #expect((farewell.pause(now: at(look)) == nil) == closes)
    }

    @Test func aVictimThatMovesIsWaitedForHoweverLongItTakes() {
        let victim = FakeSide()
        var farewell = farewell([victim])
        for left in stride(from: 100, to: 0, by: -1) {
            victim.undelivered = left
            #expect(farewell.pause(now: at((100 - left) * 900)) != nil)
        }
        #expect(farewell.pause(now: at(99 * 900 + 1000)) == nil)
    }

    @Test func withoutPatienceTheCloseIsAtTheSecondLookAtTheLatest() {
        let victim = FakeSide()
        victim.undelivered = 1
        var farewell = farewell([victim], patience: .zero)
        _ = farewell.pause(now: at(0))
        #expect(farewell.pause(now: at(1)) == nil)
    }

    @Test(arguments: [false, true])
    func itRemembersHowToClose(abortively: Bool) {
        let farewell = Farewell([], abortively: abortively, patience: .zero, now: 0)
        #expect(farewell.isAbortive == abortively)
    }
}

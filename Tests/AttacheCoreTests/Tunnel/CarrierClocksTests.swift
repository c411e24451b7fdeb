// SPDX-License-Identifier: Apache-2.0
// When a carrier asks, gives up and goes, by a clock that the tests hold.

import Testing

@testable import AttacheCore

struct CarrierClocksTests {
    private static let second: UInt64 = 1_000_000_000
    private var clocks: CarrierClocks

    init() {
        var settings = CarrierSettings()
        settings.keepalive = .seconds(10)
        settings.keepaliveTimeout = .seconds(20)
        clocks = CarrierClocks(
            settings, idle: .seconds(300), deadline: 5 * Self.second, now: 0)
        clocks.opened(roundTrip: 0)
        clocks.isUsed(true, now: 0)
    }

    @Test mutating func aQuietPeerIsAskedAndThenGivenUp() {
        #expect(clocks.verdict(now: 10 * Self.second - 1) == .fine)
        #expect(clocks.nextDeadline == 10 * Self.second)
        #expect(clocks.verdict(now: 10 * Self.second) == .ask)
        clocks.asked(now: 10 * Self.second, .seconds(20))
        #expect(clocks.nextDeadline == 30 * Self.second)
        #expect(clocks.verdict(now: 30 * Self.second - 1) == .fine)
        #expect(clocks.verdict(now: 30 * Self.second) == .silent(.seconds(20)))
    }

    @Test mutating func anyWordFromThePeerIsAnAnswer() {
        clocks.asked(now: 10 * Self.second, .seconds(20))
        clocks.asked(now: 10 * Self.second, .seconds(20), isForRequest: true)
        clocks.heard(29 * Self.second)
        #expect(clocks.verdict(now: 39 * Self.second - 1) == .fine)
        #expect(clocks.verdict(now: 39 * Self.second) == .ask)
    }

    @Test mutating func onlyACarrierWithoutStreamsIsIdle() {
        clocks.heard(400 * Self.second)
        #expect(clocks.verdict(now: 400 * Self.second) == .fine)
        clocks.isUsed(false, now: 400 * Self.second)
        #expect(clocks.nextDeadline == 410 * Self.second)
        for at in stride(from: UInt64(405), to: 700, by: 5) {
            clocks.heard(at * Self.second)
            #expect(clocks.verdict(now: at * Self.second) == .fine)
        }
        clocks.heard(699 * Self.second)
        #expect(clocks.nextDeadline == 700 * Self.second)
        #expect(clocks.verdict(now: 700 * Self.second) == .idle)
        clocks.isUsed(true, now: 700 * Self.second)
        #expect(clocks.verdict(now: 700 * Self.second) == .fine)
    }

    @Test mutating func aPeerThatWasSilentIsDoubtedOnce() {
        #expect(!clocks.doubtsPeer(now: Self.second - 1))
        #expect(clocks.doubtsPeer(now: Self.second))
        clocks.asked(now: Self.second, .seconds(20), isForRequest: true)
        #expect(!clocks.doubtsPeer(now: 2 * Self.second))
        #expect(clocks.nextDeadline == 3 * Self.second)
        #expect(clocks.verdict(now: 3 * Self.second) == .doubtful)
        clocks.doubted()
        #expect(clocks.verdict(now: 21 * Self.second - 1) == .fine)
        #expect(clocks.verdict(now: 21 * Self.second) == .silent(.seconds(20)))
    }

    @Test mutating func theSecondGoAwayComesWhenTheFirstHadItsTime() {
        clocks.awaitGoodbye(now: 0)
        #expect(clocks.nextDeadline == Self.second)
        #expect(clocks.verdict(now: Self.second) == .finalGoAway)
        clocks.saidGoodbye()
        #expect(clocks.verdict(now: Self.second) == .fine)
    }

    @Test mutating func oneSlowStreamIsNoEvidence() {
        clocks.blocked(1, now: 0)
        #expect(!clocks.isCongested(now: Self.second))
    }

    @Test mutating func severalThatWaitARoundTripAreEvidenceForAWhile() {
        clocks.opened(roundTrip: 50_000_000)
        clocks.blocked(2, now: 0)
        #expect(!clocks.isCongested(now: 49_000_000))
        #expect(clocks.isCongested(now: 50_000_000))
        clocks.flows(now: 50_000_000)
        #expect(clocks.isCongested(now: Self.second))
        #expect(!clocks.isCongested(now: Self.second + 50_000_000))
    }

    @Test mutating func aShortWaitIsNone() {
        clocks.blocked(5, now: 0)
        clocks.flows(now: 9_000_000)
        #expect(!clocks.isCongested(now: 20_000_000))
    }

    @Test mutating func aShutConnectionWindowIsEvidenceAtOnce() {
        clocks.exhausted(now: 0)
        #expect(clocks.isCongested(now: 0))
        #expect(!clocks.isCongested(now: Self.second))
    }
}

struct FrameBudgetTests {
    @Test func aBurstIsAllowedAndAFloodIsNot() {
        var budget = FrameBudget()
        for _ in 0..<Limits.idleFramesBurst { budget.spend() }
        #expect(!budget.isExceeded)
        budget.spend()
        #expect(budget.isExceeded)
    }

    @Test func framesAtTheAllowedRateNeverExceedIt() {
        var budget = FrameBudget()
        for second in 1...100 {
            budget.refill(now: UInt64(second) * 1_000_000_000)
            for _ in 0..<Limits.idleFramesPerSecond { budget.spend() }
        }
        #expect(!budget.isExceeded)
    }

    @Test func whatIsSavedIsNoMoreThanABurst() {
        var budget = FrameBudget()
        budget.refill(now: 1_000_000_000_000)
        for _ in 0...Limits.idleFramesBurst { budget.spend() }
        #expect(budget.isExceeded)
    }
}

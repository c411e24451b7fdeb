// SPDX-License-Identifier: Apache-2.0
// Promises of SessionClocks: which deadline comes first, and what silence is called.

import Testing

@testable import AttacheCore

struct SessionClocksTests {
    private static let second: UInt64 = 1_000_000_000
    private static let start = 1000 * second

    /// Seconds; nil: none.
    struct Limits: Sendable {
        var idle: Int?
        var halfClose: Int?
        var lifetime: Int?
        var deadPeer = 80

        var settings: UpstreamSettings {
            var settings = UpstreamSettings(name: "test", destination: .local(.echo))
            settings.idleTimeout = idle.map { .seconds($0) }
            settings.halfCloseTimeout = halfClose.map { .seconds($0) }
            settings.lifetime = lifetime.map { .seconds($0) }
            settings.deadPeer = .seconds(deadPeer)
            return settings
        }
    }

    /// `moved`, `now` and the answer are seconds since the accept; the answer nil: never.
    private static let deadlines: [(Limits, isHalf: Bool, output: Bool, moved: Int, next: Int?)] = [
        (Limits(), false, false, 0, nil),
        (Limits(), true, false, 0, nil),
        (Limits(idle: 60), false, false, 7, 67),
        (Limits(idle: 0), false, false, 7, 7),
        (Limits(halfClose: 30), false, false, 7, nil),
        (Limits(halfClose: 30), true, false, 7, 37),
        (Limits(idle: 20, halfClose: 30), true, false, 7, 27),
        (Limits(idle: 60, halfClose: 30), true, false, 7, 37),
        (Limits(lifetime: 50), false, false, 7, 50),
        (Limits(idle: 20, lifetime: 50), false, false, 7, 27),
        (Limits(idle: 20, lifetime: 50), false, false, 40, 50),
        // Output that waits is looked at eight times within the limit, from now (second 9) on.
        (Limits(), false, true, 7, 19),
        (Limits(idle: 11), false, true, 7, 18),
        (Limits(idle: 12, deadPeer: 8), false, true, 7, 10),
    ]

    @Test(arguments: deadlines)
    func theEarliestDeadlineCounts(
        limits: Limits, isHalf: Bool, output: Bool, moved: Int, next: Int?
    ) {
        var clocks = SessionClocks(now: Self.start)
        clocks.moved = Self.start + UInt64(moved) * Self.second
        clocks.hasUnsettledOutput = output
        let now = Self.start + 9 * Self.second
        let deadline = clocks.nextDeadline(limits.settings, isHalfClosed: isHalf, now: now)
        #expect(deadline == next.map { Self.start + UInt64($0) * Self.second } ?? .max)
    }

    @Test(
        arguments: [
            (100, nil, 100), (100, 50, 50), (100, 200, 100), (100, 100, 100), (100, 0, 0),
        ] as [(Int, Int?, Int)])
    func theLifetimeBoundsThePhasesBeforeRelayingToo(deadline: Int, lifetime: Int?, next: Int) {
        let clocks = SessionClocks(now: Self.start)
        let limit = lifetime.map { Duration.seconds($0) }
        #expect(
            clocks.earliest(Self.start + UInt64(deadline) * Self.second, limit)
                == Self.start + UInt64(next) * Self.second)
    }

    /// `waited`: milliseconds since the last byte, or the first end.
    private static let silences: [(Limits, isHalf: Bool, waited: Int, reason: CloseReason?)] = [
        (Limits(), false, 1_000_000_000, nil),
        (Limits(), true, 1_000_000_000, nil),
        (Limits(idle: 60), false, 59_999, nil),
        (Limits(idle: 60), false, 60_000, .idleTimeout),
        (Limits(idle: 60), true, 60_000, .idleTimeout),
        (Limits(halfClose: 30), false, 30_000, nil),
        (Limits(halfClose: 30), true, 29_999, nil),
        (Limits(halfClose: 30), true, 30_000, .halfCloseTimeout),
        (Limits(idle: 30, halfClose: 30), true, 30_000, .halfCloseTimeout),
        (Limits(idle: 20, halfClose: 30), true, 20_000, .idleTimeout),
    ]

    @Test(arguments: silences)
    func silenceHasTheNameOfTheLimitThatPassed(
        limits: Limits, isHalf: Bool, waited: Int, reason: CloseReason?
    ) {
        let clocks = SessionClocks(now: Self.start)
        let now = Self.start + UInt64(waited) * 1_000_000
        let silence = clocks.silence(limits.settings, isHalfClosed: isHalf, now: now)
        #expect(silence?("relaying").reason == reason)
    }

    @Test func theEndThatSilenceBringsNamesTheLimitAndThePhase() throws {
        let clocks = SessionClocks(now: Self.start)
        let limits = Limits(idle: 90)
        let silence = try #require(
            clocks.silence(
                limits.settings, isHalfClosed: false, now: Self.start + 90 * Self.second))
        let end = silence("relaying")
        #expect(end.by == .attache)
        #expect(end.phase == "relaying")
        #expect(end.message?.contains("1m30s") == true)
        #expect(end.message?.contains("idle") == true)
    }

    @Test func aSideWithoutATCPSocketHasNoPeerToLose() {
        var clocks = SessionClocks(now: Self.start)
        let verdicts = clocks.verdicts(FakeSide(), nil, limit: .seconds(1), now: Self.start)
        #expect(verdicts.client == .settled)
        #expect(verdicts.upstream == .settled)
    }
}

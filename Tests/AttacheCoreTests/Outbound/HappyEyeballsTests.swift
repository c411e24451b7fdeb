// SPDX-License-Identifier: Apache-2.0
// Promises of HappyEyeballs, by a clock held in the hand: milliseconds here, nanoseconds there.

import Testing

@testable import AttacheCore

struct HappyEyeballsTests {
    private static let millisecond: UInt64 = 1_000_000

    private static func addresses(_ texts: [String]) -> [SocketAddress] {
        texts.compactMap { text in
            (try? Address(parsing: "\(text.contains(":") ? "[\(text)]" : text):1"))
                .flatMap(SocketAddress.init)
        }
    }

    private static func machine(_ count: Int) -> HappyEyeballs {
        HappyEyeballs(addresses((0..<count).map { "10.0.0.\($0 + 1)" }))
    }

    private static func wait(_ time: UInt64) -> HappyEyeballs.Decision {
        .wait(until: time * millisecond)
    }

    @Test(
        arguments: [
            ([], []), (["1.1.1.1"], ["1.1.1.1"]),
            (["::1", "::2", "1.1.1.1"], ["::1", "1.1.1.1", "::2"]),
            (["1.1.1.1", "1.1.1.2", "1.1.1.3", "::1"], ["1.1.1.1", "::1", "1.1.1.2", "1.1.1.3"]),
            (["1.1.1.1", "::1", "::2", "::3"], ["1.1.1.1", "::1", "::2", "::3"]),
            (["::1", "::2", "1.1.1.1", "1.1.1.2"], ["::1", "1.1.1.1", "::2", "1.1.1.2"]),
        ] as [([String], [String])])
    func familiesTakeTurnsBeginningWithTheResolversFirst(given: [String], order: [String]) {
        #expect(HappyEyeballs(Self.addresses(given)).addresses == Self.addresses(order))
    }

    @Test(arguments: [0, 1, 14, 15, 16, 40])
    func noMoreAddressesThanTheLimitAreTried(count: Int) {
        var machine = Self.machine(count)
        var time: UInt64 = 0
        while case .start = machine.next(now: time) { time += 250 * Self.millisecond }
        #expect(machine.started == min(count, 15))
    }

    @Test func noAddressAtAllIsExhausted() {
        var machine = Self.machine(0)
        #expect(machine.next(now: 0) == .exhausted)
    }

    @Test func theNextStartsAQuarterOfASecondAfterTheLast() {
        var machine = Self.machine(3)
        #expect(machine.next(now: 1000 * Self.millisecond) == .start(0))
        #expect(machine.next(now: 1000 * Self.millisecond) == Self.wait(1250))
        #expect(machine.next(now: 1249 * Self.millisecond) == Self.wait(1250))
        #expect(machine.next(now: 1260 * Self.millisecond) == .start(1))
        #expect(machine.next(now: 1260 * Self.millisecond) == Self.wait(1510))
        #expect(machine.next(now: 1510 * Self.millisecond) == .start(2))
        #expect(machine.next(now: 1510 * Self.millisecond) == .wait(until: nil))
        #expect(machine.next(now: 9999 * Self.millisecond) == .wait(until: nil))
    }

    @Test func aFailureOfTheLastStartsTheNextAtOnce() {
        var machine = Self.machine(3)
        _ = machine.next(now: 0)
        machine.failed(0)
        #expect(machine.next(now: 1) == .start(1))
        machine.failed(1)
        #expect(machine.next(now: 2) == .start(2))
        machine.failed(2)
        #expect(machine.next(now: 3) == .exhausted)
    }

    @Test func aFailureOfAnEarlierOneHurriesNothing() {
        var machine = Self.machine(3)
        _ = machine.next(now: 0)
        _ = machine.next(now: 250 * Self.millisecond)
        machine.failed(0)
        #expect(machine.next(now: 300 * Self.millisecond) == Self.wait(500))
    }

    @Test func itIsExhaustedOnlyWhenEveryOneHasFailed() {
        var machine = Self.machine(2)
        _ = machine.next(now: 0)
        _ = machine.next(now: 250 * Self.millisecond)
        machine.failed(1)
        #expect(machine.next(now: 260 * Self.millisecond) == .wait(until: nil))
        machine.failed(0)
        #expect(machine.next(now: 270 * Self.millisecond) == .exhausted)
    }

    @Test func afterABadHandshakeThoseGivenUpAreTriedAgainAndTheBadOneNever() {
        var machine = Self.machine(3)
        _ = machine.next(now: 0)
        _ = machine.next(now: 250 * Self.millisecond)
        machine.connected(1)
        machine.failed(1)
        #expect(machine.next(now: 400 * Self.millisecond) == .start(0))
        machine.failed(0)
        #expect(machine.next(now: 401 * Self.millisecond) == .start(2))
        machine.failed(2)
        #expect(machine.next(now: 402 * Self.millisecond) == .exhausted)
        #expect(machine.started == 4)
    }
}

// SPDX-License-Identifier: Apache-2.0
// An open loop's arrivals, exactly, with times that are handed in.

import Testing

@testable import AttacheCore

struct LoadScheduleTests {
    private static func step(_ rate: Double, _ milliseconds: Int) -> LoadPace.Step {
        .init(rate: rate, lasts: .milliseconds(milliseconds))
    }

    /// All arrivals, in milliseconds.
    private static func all(
        _ steps: [LoadPace.Step], thread: Int = 0, of threads: Int = 1
    ) -> [Double] {
        var schedule = LoadSchedule(steps, start: 1_000_000, thread: thread, of: threads)
        var times: [Double] = []
        while let due = schedule.take(by: .max) { times.append(Double(due) / 1e6 - 1) }
        return times
    }

    @Test(
        arguments: [
            ([step(1000, 3)], [0, 1, 2]),
            ([step(500, 5)], [0, 2, 4]),
            ([step(1000, 0)], []),
            ([], []),
            ([step(1000, 2), step(500, 4)], [0, 1, 2, 4]),
            ([step(1, 10), step(1000, 2)], [0, 10, 11]),
        ] as [([LoadPace.Step], [Double])])
    func arrivalsKeepTheirDistance(steps: [LoadPace.Step], times: [Double]) {
        #expect(Self.all(steps) == times)
    }

    @Test(arguments: 1...5)
    func threadsTogetherKeepEveryArrival(threads: Int) {
        let steps = [Self.step(700, 20), Self.step(3000, 7), Self.step(50, 100)]
        let whole = Self.all(steps)
        let parts = (0..<threads).flatMap { Self.all(steps, thread: $0, of: threads) }
        #expect(whole.count == 14 + 21 + 5)
        #expect(parts.sorted() == whole)
    }

    @Test func nothingIsTakenBeforeItIsDue() {
        var schedule = LoadSchedule([Self.step(1000, 2)], start: 50)
        #expect(schedule.take(by: 49) == nil)
        #expect(schedule.next == 50)
        #expect(schedule.take(by: 50) == 50)
        #expect(schedule.take(by: 1_000_049) == nil)
        #expect(schedule.take(by: 9_000_000) == 1_000_050)
        #expect(schedule.next == nil && schedule.take(by: .max) == nil)
    }
}

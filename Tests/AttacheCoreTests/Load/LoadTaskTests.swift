// SPDX-License-Identifier: Apache-2.0
// Which units of work may begin, what is recorded of those that did not, with a hand-held clock.

import Testing

@testable import AttacheCore

struct LoadTaskTests {
    private static let millisecond: UInt64 = 1_000_000
    private static func open(_ rate: Double, _ time: Duration) -> LoadPace {
        .open([.init(rate: rate, lasts: time)])
    }

    @Test func aClosedLoopBeginsWheneverItMayUntilItsTimeIsOver() {
        var task = LoadTask(.closed, .time(.milliseconds(1)), start: 100)
        #expect(task.begin(now: 99) == nil)
        #expect(task.begin(now: 100) == 100)
        #expect(task.begin(now: 1_000_099) == 1_000_099)
        #expect(task.begin(now: 1_000_100) == nil)
        #expect(task.busy == 2)
    }

    @Test(arguments: [(0, 4), (1, 3), (2, 3)] as [(Int, UInt64)])
    func aCountIsSharedByThreads(thread: Int, share: UInt64) {
        var task = LoadTask(.closed, .count(10), start: 0, thread: thread, of: 3)
        var begun: UInt64 = 0
        while task.begin(now: 5) != nil { begun += 1 }
        #expect(begun == share)
        #expect(!task.isFinished(hasIdle: true))
        for _ in 0..<begun { task.ended() }
        #expect(task.isFinished(hasIdle: true))
    }

    /// 1,000 a second on a service that answers nothing for the last 8 ms of 10.
    @Test func whatWasDueAndNeverSentHasWaitedUntilNow() {
        var task = LoadTask(Self.open(1000, .milliseconds(10)), .time(.milliseconds(10)), start: 0)
        var sample = LoadSample()
        #expect(task.begin(now: 0) == 0)
        // Somebody was free, if only after the end.
        #expect(task.begin(now: 10 * Self.millisecond) == Self.millisecond)
        task.expire(now: 10 * Self.millisecond, into: &sample)
        #expect(sample.unsent == 8)
        #expect(sample.done == 0 && sample.service.isEmpty)
        #expect(sample.latency.count == 8)
        // Due at 2 … 9 ms, so they have waited 8 … 1 ms.
        let exact = LatencyHistogram.precision
        #expect(abs(Int64(sample.latency.max) - 8_000_000) <= Int64(8_000_000 * exact))
        #expect(abs(Int64(sample.latency.min) - 1_000_000) <= Int64(1_000_000 * exact))
        #expect(!task.isFinished(hasIdle: true))
        task.ended()
        task.ended()
        #expect(task.isFinished(hasIdle: true))
        // Once only.
        task.expire(now: 20 * Self.millisecond, into: &sample)
        #expect(sample.unsent == 8)
    }

    @Test func anOpenLoopLooksAgainWhenTheNextIsDueAndSomebodyIsFree() {
        var task = LoadTask(Self.open(1000, .milliseconds(3)), .time(.milliseconds(3)), start: 7)
        #expect(task.nextLook(hasIdle: true, now: 0) == 7)
        _ = task.begin(now: 7)
        #expect(task.nextLook(hasIdle: true, now: 8) == 7 + Self.millisecond)
        #expect(task.nextLook(hasIdle: false, now: 8) == 7 + 3 * Self.millisecond)
    }

    @Test func onceIsOverWhenNobodyIsLeft() {
        var task = LoadTask(.closed, .once, start: 0)
        #expect(!task.isFinished(hasIdle: true))
        #expect(task.begin(now: 1) != nil)
        #expect(!task.isFinished(hasIdle: false))
        task.ended()
        #expect(task.isFinished(hasIdle: false))
    }

    @Test func aServiceThatIsDownUsesUpACount() {
        var task = LoadTask(.closed, .count(2), start: 0)
        task.wasted()
        task.wasted()
        task.wasted()
        #expect(task.isFinished(hasIdle: true))
    }

    @Test func aCountedOpenLoopEndsWithItsStepsHoweverLittleWasDone() {
        var task = LoadTask(Self.open(100, .milliseconds(50)), .count(4), start: 0)
        #expect(task.deadline == 50 * Self.millisecond)
        #expect(task.begin(now: 0) == 0)
        task.ended()
        task.wasted()
        #expect(!task.isFinished(hasIdle: false))
        var sample = LoadSample()
        task.expire(now: 50 * Self.millisecond, into: &sample)
        #expect(sample.unsent == 3)
        #expect(task.isFinished(hasIdle: false))
    }

    /// Otherwise 100 a second for a second would be 101.
    @Test func anOpenLoopLastsUntilItsTimeIsOver() {
        var task = LoadTask(Self.open(10, .seconds(1)), .time(.seconds(1)), start: 0)
        for number in 0..<10 {
            #expect(task.begin(now: UInt64(number) * 100 * Self.millisecond) != nil)
            task.ended()
        }
        #expect(!task.isFinished(hasIdle: true))
        #expect(task.nextLook(hasIdle: true, now: 0) == 1000 * Self.millisecond)
    }

    /// Ten million that were due: exactly as many, at about the right times, at once.
    @Test func millionsThatWereNeverSentAreRecordedAtOnce() {
        var task = LoadTask(
            Self.open(10_000_000, .seconds(1)), .time(.seconds(1)), start: 0, thread: 1, of: 3)
        var sample = LoadSample()
        task.expire(now: 1_000_000_000, into: &sample)
        #expect(sample.unsent == 3_333_333)
        #expect(sample.latency.count == 3_333_333)
        let median = Double(sample.latency.value(at: 50))
        #expect(abs(median - 5e8) < 2e6, "\(median)")
    }

    @Test func abandonedIsOver() {
        var task = LoadTask(.closed, .time(.seconds(1)), start: 0)
        _ = task.begin(now: 0)
        task.abandon()
        #expect(task.isFinished(hasIdle: true) && task.begin(now: 1) == nil)
    }
}

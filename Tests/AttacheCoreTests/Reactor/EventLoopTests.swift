// SPDX-License-Identifier: Apache-2.0
// Promises of EventLoop, run on the test's own thread by small sleepers.

import Glibc
import Testing

@testable import AttacheCore

struct EventLoopTests {
    /// Writes down what it is told, and does with its turn what the test says.
    private final class Sleeper: Wakeable {
        var diary: [String] = []
        var onRun: (Sleeper) -> Void = { _ in }
        var onMail: () -> Void = {}
        var onSweep: (Sleeper, UInt64) -> UInt64 = { _, _ in .max }
        var turns: Int { diary.filter { $0 == "run" }.count }

        func note(_ events: UInt32, part: Int) { diary.append("note \(part)") }
        func run() {
            diary.append("run")
            onRun(self)
        }
        func receive(_ message: any Sendable) {
            diary.append("mail \(message)")
            onMail()
        }
        func sweep(now: UInt64) -> UInt64 { onSweep(self, now) }
    }

    @Test func everyoneWhoIsWokenHasATurnBeforeTheTurnIsSettled() throws {
        let loop = try EventLoop()
        let (one, two) = (Sleeper(), Sleeper())
        let tokens = [loop.register(one), loop.register(two)]
        for token in tokens { loop.wake(token) }
        var settled: [Int] = []
        loop.run {
            settled.append(one.turns + two.turns)
            loop.stop()
        }
        #expect(settled == [2])
    }

    @Test func whoeverIsWokenLaterComesInTheNextTurn() throws {
        let loop = try EventLoop()
        let one = Sleeper()
        let token = loop.register(one)
        loop.wake(token)
        one.onRun = { $0.turns < 3 ? loop.wakeLater(token) : loop.stop() }
        var settled: [Int] = []
        loop.run { settled.append(one.turns) }
        #expect(settled == [1, 2, 3])
    }

    @Test func aTimerWakesAtItsTimeAndNotBefore() throws {
        let loop = try EventLoop()
        let one = Sleeper()
        let token = loop.register(one)
        let start = Clock.now()
        loop.wake(token, after: .milliseconds(30))
        one.onRun = { _ in loop.stop() }
        loop.run {}
        // The loop's time is coarse: a tick of ten milliseconds at most.
        #expect(Clock.now() - start >= 20_000_000)
        #expect(one.diary == ["run"])
    }

    @Test func aTimerForSomebodyWhoIsGoneWakesNobody() throws {
        let loop = try EventLoop()
        let (gone, next) = (Sleeper(), Sleeper())
        let stale = loop.register(gone)
        loop.wake(stale, after: .zero)
        loop.release(stale)
        #expect(loop.register(next).slot == stale.slot)
        loop.run { loop.stop() }
        #expect(gone.diary.isEmpty)
        #expect(next.diary.isEmpty)
    }

    @Test func mailFromAnotherThreadEndsTheWaitAndGivesATurn() throws {
        let loop = try EventLoop()
        let one = Sleeper()
        let token = loop.register(one)
        let mailbox = loop.mailbox
        one.onRun = { _ in loop.stop() }
        let thread = try Thread.spawn(name: "postman") {
            mailbox.post("lost", to: Token(slot: 99, generation: 1))
            mailbox.post("first", to: token)
            mailbox.post("second", to: token)
        }
        thread.join()
        loop.run {}
        #expect(one.diary == ["mail first", "mail second", "run"])
    }

    @Test func aWatchedSocketIsNotedUnderItsPartAndHasATurn() throws {
        let loop = try EventLoop()
        let pair = try Loopback().connection(.unix)
        let one = Sleeper()
        let token = loop.register(one)
        #expect(loop.watch(pair.near, token.part(7)))
        one.onRun = { _ in loop.stop() }
        loop.run {}
        #expect(one.diary == ["note 7", "run"])
    }

    @Test func deadlinesAreSweptWhenTheyMayHavePassedAndAgainWhenAsked() throws {
        let loop = try EventLoop()
        let one = Sleeper()
        _ = loop.register(one)
        var sweeps: [UInt64] = []
        one.onSweep = { _, now in
            sweeps.append(now)
            if sweeps.count == 3 { loop.stop() }
            return sweeps.count < 3 ? now : .max
        }
        let start = loop.now
        loop.expect(by: start + 20_000_000)
        loop.expect(by: start + 60_000_000_000)
        loop.run {}
        #expect(sweeps.count == 3)
        try #require(sweeps.count == 3)
        #expect(sweeps[0] >= start + 20_000_000)
        // Asked to look again at once, it looks after a pause.
        #expect(sweeps[1] >= sweeps[0] + Limits.sweepPause.nanoseconds)
        #expect(sweeps[2] >= sweeps[1] + Limits.sweepPause.nanoseconds)
    }

    @Test func aDeadlineThatIsExpectedDuringASweepIsNotForgotten() throws {
        let loop = try EventLoop()
        let one = Sleeper()
        _ = loop.register(one)
        var sweeps = 0
        one.onSweep = { _, now in
            sweeps += 1
            if sweeps == 1 { loop.expect(by: now + 10_000_000) } else { loop.stop() }
            return .max
        }
        loop.expect(by: loop.now)
        loop.run {}
        #expect(sweeps == 2)
    }

    @Test func everyoneIsToldAndMayLeaveWhileBeingTold() throws {
        let loop = try EventLoop()
        let sleepers = (0..<5).map { _ in Sleeper() }
        for sleeper in sleepers {
            let token = loop.register(sleeper)
            sleeper.onMail = { loop.release(token) }
        }
        loop.tellEveryone("news")
        #expect(sleepers.allSatisfy { $0.diary == ["mail news"] })
        loop.tellEveryone("more")
        #expect(sleepers.allSatisfy { $0.diary == ["mail news"] })
    }
}

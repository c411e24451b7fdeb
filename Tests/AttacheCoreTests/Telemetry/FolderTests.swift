// SPDX-License-Identifier: Apache-2.0
// Promises of Folder, by a clock held in the hand: seconds here, nanoseconds there.

import Testing

@testable import AttacheCore

struct FolderTests {
    private static let second: UInt64 = 1_000_000_000
    private var folder = Folder(foldedForNanoseconds: 60 * second, kindsMax: 3)

    private mutating func hear(_ kind: String, _ message: String, at time: UInt64) -> [String] {
        folder.hear(kind: kind, .said(message), now: time * Self.second).map(\.message)
    }

    private mutating func due(at time: UInt64) -> [String] {
        folder.due(now: time * Self.second).map(\.message)
    }

    @Test mutating func theFirstIsPrintedAndTheNextOnlyCounted() {
        #expect(hear("a", "A 1", at: 100) == ["A 1"])
        #expect(hear("a", "A 2", at: 100) == [])
        #expect(hear("a", "A 3", at: 159) == [])
        #expect(due(at: 159) == [])
    }

    @Test mutating func theCountComesWhenTheMinuteHasPassedWithoutANewOne() {
        _ = hear("a", "A 1", at: 100)
        _ = hear("a", "A 2", at: 101)
        _ = hear("a", "A 3", at: 102)
        #expect(folder.nextDue == 160 * Self.second)
        #expect(due(at: 160) == ["A 3 (2 more times in the last minute)"])
        #expect(due(at: 161) == [])
    }

    @Test mutating func whatGoesOnIsOneLineAMinute() {
        var lines = 0
        for time in 0..<600 { lines += hear("a", "A", at: UInt64(time)).count }
        #expect(lines == 10)
    }

    @Test mutating func aLateOccurrenceBringsTheCountWithItAndIsCountedItself() {
        _ = hear("a", "A 1", at: 0)
        _ = hear("a", "A 2", at: 1)
        #expect(hear("a", "A 3", at: 90) == ["A 2 (1 more time in the last 90 s)"])
        #expect(due(at: 150) == ["A 3 (1 more time in the last minute)"])
    }

    @Test mutating func afterAQuietMinuteItIsNewsAgain() {
        #expect(hear("a", "A", at: 0) == ["A"])
        #expect(hear("a", "A", at: 60) == ["A"])
        #expect(due(at: 120) == [])
        #expect(folder.nextDue == nil)
    }

    @Test mutating func kindsAreFoldedEachOnItsOwn() {
        #expect(hear("a", "A", at: 0) == ["A"])
        #expect(hear("b", "B", at: 1) == ["B"])
        _ = hear("a", "A", at: 2)
        _ = hear("b", "B", at: 2)
        #expect(due(at: 60) == ["A (1 more time in the last minute)"])
        #expect(due(at: 61) == ["B (1 more time in the last minute)"])
    }

    @Test mutating func beyondTheLimitTheOldestIsToldAndForgotten() {
        for (time, kind) in ["a", "b", "c"].enumerated() {
            #expect(hear(kind, kind, at: UInt64(time)) == [kind])
        }
        _ = hear("a", "a", at: 10)
        #expect(hear("d", "d", at: 20) == ["a (1 more time in the last 20 s)", "d"])
        #expect(hear("a", "a", at: 21) == ["a"], "b had to go for it")
        #expect(hear("c", "c", at: 22) == [])
    }

    @Test mutating func atTheEndEveryCountIsTold() {
        _ = hear("a", "A", at: 0)
        _ = hear("b", "B", at: 1)
        _ = hear("b", "B", at: 2)
        #expect(
            folder.finish(now: 2 * Self.second).map(\.message)
                == ["B (1 more time in the last 1 s)"])
        #expect(folder.finish(now: 3 * Self.second) == [])
        #expect(folder.nextDue == nil)
    }
}

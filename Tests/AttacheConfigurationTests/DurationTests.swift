// SPDX-License-Identifier: Apache-2.0
// Durations as people write them, and as they should not.

import Testing

@testable import AttacheConfiguration

struct DurationTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("1ms", .milliseconds(1)), ("5s", .seconds(5)),
        ("1m30s", .seconds(90)), ("1h", .seconds(3600)), ("1h2m3s4ms", .milliseconds(3_723_004)),
        ("90m", .seconds(5400)), ("0s", .zero), ("8760h", .seconds(31_536_000)),
    ])
    func everyWayToWriteOneIsUnderstood(text: String, duration: Duration) throws {
        #expect(try Durations.parse(text) == duration)
    }

    @Test(arguments: [
        ("", "1m30s"), ("5", "write 5s"), ("0", "write 0s"), ("5x", "not a duration"),
        ("s", "not a duration"), ("5s5s", "not a duration"), ("5s1m", "not a duration"),
        ("1.5s", "not a duration"), ("-5s", "not a duration"), ("5 s", "not a duration"),
        ("5s ", "not a duration"), ("5S", "not a duration"), ("٥s", "not a duration"),
        ("none", "not a duration"), ("8761h", "a year"), ("8760h1ms", "a year"),
        ("9223372036854775807h", "a year"), ("99999999999999999999s", "not a duration"),
    ])
    func whatIsNotOneIsToldWithTheWayToWriteIt(text: String, part: String) {
        let problem = #expect(throws: Problem.self) { try Durations.parse(text) }
        #expect(problem?.message.contains(part) == true)
    }

    @Test func noneIsForLimitsThatMayBeSwitchedOff() throws {
        #expect(try TimeLimit.parse("none") == .none)
        #expect(try TimeLimit.parse("5m") == .after(.seconds(300)))
        #expect(throws: Problem.self) { try Durations.positive("none") }
        #expect(throws: Problem.self) { try Durations.zeroOrMore("none") }
    }

    @Test func nothingIsATimeOnlyWhereItMeansAtOnce() throws {
        #expect(try Durations.zeroOrMore("0s") == .zero)
        #expect(throws: Problem.self) { try Durations.positive("0s") }
        #expect(throws: Problem.self) { try TimeLimit.parse("0ms") }
    }

    @Test(arguments: ["250ms", "5s", "1m30s", "1h", "1h2m3s4ms", "0s"])
    func theWayBackReadsTheSame(text: String) throws {
        #expect(Durations.text(try Durations.parse(text)) == text)
    }

    @Test func noLimitIsCalledNone() {
        #expect(Durations.text(nil) == "none")
    }
}

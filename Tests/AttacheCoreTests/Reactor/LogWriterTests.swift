// SPDX-License-Identifier: Apache-2.0
// Promises of LogWriter: nobody waits for it, and what is lost is told.

import Glibc
import Testing

@testable import AttacheCore

struct LogWriterTests {
    private static func soon() -> UInt64 { Clock.now() + 20_000_000_000 }

    @Test func aHundredThousandLinesThatNobodyReadsKeepNobodyWaiting() throws {
        let pipe = TestPipe()
        let writer = try LogWriter(pipe.output, name: "the log")
        let start = Clock.now()
        for line in 1...100_000 { writer.put(.line("line \(line)")) }
        #expect(Clock.now() - start < 5_000_000_000)

        // Now somebody reads: every line is there or counted.
        var lines = 0
        var lost = 0
        var rest = ""
        while lines + lost < 100_000, let bytes = pipe.read() {
            let parts = (rest + String(decoding: bytes, as: UTF8.self))
                .split(separator: "\n", omittingEmptySubsequences: false)
            rest = parts.last.map(String.init) ?? ""
            for line in parts.dropLast() {
                if line.hasPrefix("attache: line ") {
                    lines += 1
                } else {
                    #expect(line.contains(" lines of the log lost: could not be written"))
                    lost += Int(line.split(separator: " ")[1]) ?? 0
                }
            }
        }
        #expect(lines + lost == 100_000)
        #expect(lost > 50_000)
    }

    @Test func whatHasPiledUpLeavesByOneWrite() throws {
        let pipe = TestPipe(keepsWritesApart: true)
        let writer = try LogWriter(pipe.output, name: "the log")
        let line = String(repeating: "x", count: 90)
        for _ in 0..<10_000 { writer.put(.line(line)) }
        var writes: [Int] = []
        while writes.reduce(0, +) < 1_000_000, let bytes = pipe.read() {
            writes.append(bytes.count)
        }
        #expect(writes.reduce(0, +) == 1_000_000)
        // A socket holds some 280 small writes; then the thread is stuck and the rest piles up.
        #expect(writes.count < 1000)
        #expect(writes.max().map { $0 > 60_000 && $0 <= 64 * 1024 + 100 } == true)
    }

    @Test func flushWaitsForWhatWasPut() throws {
        let pipe = TestPipe()
        let writer = try LogWriter(pipe.output, name: "the log")
        for line in 1...100 { writer.put(.line("line \(line)")) }
        #expect(writer.flush(until: Self.soon()) == 0)
        #expect(pipe.text(until: "line 100\n").hasSuffix("attache: line 100\n"))
    }

    @Test func flushGivesUpOnTimeAndCountsWhatIsUnwritten() throws {
        let pipe = TestPipe()
        let writer = try LogWriter(pipe.output, name: "the log", entriesMax: 2000)
        let line = String(repeating: "x", count: 90)
        for _ in 0..<3000 { writer.put(.line(line)) }
        let deadline = Clock.now() + 50_000_000
        // The pipe holds some 650 of them, and losses that were told count no more.
        #expect(writer.flush(until: deadline) > 1000)
        #expect(Clock.now() >= deadline)
        #expect(Clock.now() < deadline + 5_000_000_000)
    }

    @Test func aReaderThatWentAwayIsToldElsewhereAndKillsNothing() throws {
        let (gone, heard) = (TestPipe(), TestPipe())
        let messages = try LogWriter(heard.output, name: "standard error")
        let writer = try LogWriter(gone.output, name: "standard output", complaints: messages)
        gone.closeReader()
        for _ in 0..<10 {
            writer.put(.line("nobody reads this"))
            _ = writer.flush(until: Self.soon())
        }
        #expect(writer.flush(until: Self.soon()) == 10)
        #expect(messages.flush(until: Self.soon()) == 0)
        let text = heard.text(until: "more times")
        #expect(
            text.hasPrefix("attache: cannot write to standard output: broken pipe (EPIPE)\n"))
        #expect(text.split(separator: "\n").count == 2)
    }

    @Test func aFullLogIsToldElsewhereWhileItIsStuckAndCountedAfterwards() throws {
        let (stuck, heard) = (TestPipe(), TestPipe())
        let messages = try LogWriter(heard.output, name: "standard error")
        let writer = try LogWriter(
            stuck.output, name: "standard output", complaints: messages, entriesMax: 1000)
        let line = String(repeating: "x", count: 100)
        for _ in 0..<5000 { writer.put(.line(line)) }
        let stuckLine = "standard output is not read fast enough: 1000 lines wait, more are lost\n"
        #expect(heard.text(until: stuckLine).contains(stuckLine))
        while stuck.read(within: .milliseconds(200)) != nil {}
        #expect(heard.text(until: "lost: ").contains(" lines of standard output lost: "))
    }

    @Test func aComplaintThatRepeatsIsCountedAndTheCountComesByItself() throws {
        let pipe = TestPipe()
        let writer = try LogWriter(pipe.output, name: "the log", foldedFor: .milliseconds(300))
        for attempt in 1...5 { writer.fold(kind: "refused", "refused, attempt \(attempt)") }
        #expect(
            pipe.text(until: "more") == "attache: refused, attempt 1\n"
                + "attache: refused, attempt 5 (4 more times in the last 1 s)\n")
    }

    @Test func aCountNotYetDueIsToldAtTheEnd() throws {
        let pipe = TestPipe()
        let writer = try LogWriter(pipe.output, name: "the log")
        for _ in 1...3 { writer.fold(kind: "refused", "refused") }
        #expect(writer.flush(until: Self.soon()) == 0)
        #expect(pipe.text(until: "more").hasSuffix("refused (2 more times in the last 1 s)\n"))
    }
}

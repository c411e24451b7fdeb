// SPDX-License-Identifier: Apache-2.0
// Promises of LogWriter: nobody waits for it, and what is lost is told.

import Glibc
import Testing

@testable import AttacheCore

extension EventRecord {
    /// As a program says it.
    static func said(_ message: String) -> EventRecord {
        EventRecord(level: .info, subsystem: .session, message: message)
    }
}

extension LogWriter.Entry {
    static func said(_ message: String) -> Self { .event(.said(message)) }
}

struct LogWriterTests {
    private static func soon() -> UInt64 { Clock.now() + 20_000_000_000 }

    @Test func aHundredThousandLinesThatNobodyReadsKeepNobodyWaiting() throws {
        let pipe = TestPipe()
        let writer = try LogWriter(LogTarget(pipe.output, name: "the log"))
        let start = Clock.now()
        for line in 1...100_000 { writer.put(.said("line \(line)")) }
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
                    lost += Int(line.split(separator: " ")[2]) ?? 0
                }
            }
        }
        #expect(lines + lost == 100_000)
        #expect(lost > 50_000)
    }

    @Test func whatHasPiledUpLeavesByOneWrite() throws {
        let pipe = TestPipe(keepsWritesApart: true)
        let writer = try LogWriter(LogTarget(pipe.output, name: "the log"))
        let line = String(repeating: "x", count: 90)
        for _ in 0..<10_000 { writer.put(.said(line)) }
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
        let writer = try LogWriter(LogTarget(pipe.output, name: "the log"))
        for line in 1...100 { writer.put(.said("line \(line)")) }
        #expect(writer.flush(until: Self.soon()) == 0)
        #expect(pipe.text(until: "line 100\n").hasSuffix("attache: line 100\n"))
    }

    @Test func flushGivesUpOnTimeAndCountsWhatIsUnwritten() throws {
        let pipe = TestPipe()
        let writer = try LogWriter(LogTarget(pipe.output, name: "the log"), entriesMax: 2000)
        let line = String(repeating: "x", count: 90)
        for _ in 0..<3000 { writer.put(.said(line)) }
        let deadline = Clock.now() + 50_000_000
        // The pipe holds some 650 of them, and losses that were told count no more.
        #expect(writer.flush(until: deadline) > 1000)
        #expect(Clock.now() >= deadline)
        #expect(Clock.now() < deadline + 5_000_000_000)
    }

    @Test func aReaderThatWentAwayIsToldElsewhereAndKillsNothing() throws {
        let (gone, heard) = (TestPipe(), TestPipe())
        let messages = try LogWriter(LogTarget(heard.output, name: "standard error"))
        let writer = try LogWriter(
            LogTarget(gone.output, name: "standard output"), complaints: messages)
        gone.closeReader()
        for _ in 0..<10 {
            writer.put(.said("nobody reads this"))
            _ = writer.flush(until: Self.soon())
        }
        #expect(writer.flush(until: Self.soon()) == 10)
        #expect(messages.flush(until: Self.soon()) == 0)
        let text = heard.text(until: "more times")
        #expect(
            text.hasPrefix(
                "attache: warning: cannot write to standard output: broken pipe (EPIPE)\n"))
        #expect(text.split(separator: "\n").count == 2)
    }

    @Test func aFullLogIsToldElsewhereWhileItIsStuckAndCountedAfterwards() throws {
        let (stuck, heard) = (TestPipe(), TestPipe())
        let messages = try LogWriter(LogTarget(heard.output, name: "standard error"))
        let writer = try LogWriter(
            LogTarget(stuck.output, name: "standard output"), complaints: messages, entriesMax: 1000
        )
        let line = String(repeating: "x", count: 100)
        for _ in 0..<5000 { writer.put(.said(line)) }
        let stuckLine = "standard output takes lines too slowly: 1000 wait, more are lost\n"
        #expect(heard.text(until: stuckLine).contains(stuckLine))
        while stuck.read(within: .milliseconds(200)) != nil {}
        #expect(heard.text(until: "lost: ").contains(" lines of standard output lost: "))
    }

    @Test func aComplaintThatRepeatsIsCountedAndTheCountComesByItself() throws {
        let pipe = TestPipe()
        let writer = try LogWriter(
            LogTarget(pipe.output, name: "the log"), foldedFor: .milliseconds(300))
        for attempt in 1...5 { writer.fold(kind: "refused", .said("refused, attempt \(attempt)")) }
        #expect(
            pipe.text(until: "more") == "attache: refused, attempt 1\n"
                + "attache: refused, attempt 5 (4 more times in the last 1 s)\n")
    }

    @Test func aCountNotYetDueIsToldAtTheEnd() throws {
        let pipe = TestPipe()
        let writer = try LogWriter(LogTarget(pipe.output, name: "the log"))
        for _ in 1...3 { writer.fold(kind: "refused", .said("refused")) }
        #expect(writer.flush(until: Self.soon()) == 0)
        #expect(pipe.text(until: "more").hasSuffix("refused (2 more times in the last 1 s)\n"))
    }

    // MARK: destinations

    @Test func linesBeforeATurnGoToTheOldPlaceAndLinesBehindItToTheNew() throws {
        let (old, new) = (TestPipe(), TestPipe())
        let writer = try LogWriter(LogTarget(old.output, name: "old"))
        for line in 1...100 { writer.put(.said("line \(line)")) }
        writer.turn(to: LogTarget(new.output, name: "new", form: .json))
        for line in 101...200 { writer.put(.said("line \(line)")) }
        #expect(writer.flush(until: Self.soon()) == 0)
        let before = old.text(until: "line 100\n")
        #expect(before.split(separator: "\n").count == 100)
        let after = new.text(until: "line 200\"}\n").split(separator: "\n")
        #expect(after.count == 100)
        #expect(after.allSatisfy { $0.hasPrefix("{\"time\":\"") })
        #expect(writer.name == "new")
    }

    @Test func nowhereTakesEverythingAndTellsNoLoss() throws {
        let heard = TestPipe()
        let messages = try LogWriter(LogTarget(heard.output, name: "standard error"))
        let writer = try LogWriter(
            LogTarget(nil, name: "nowhere"), complaints: messages, entriesMax: 1000)
        #expect(writer.isSilent)
        for _ in 0..<500 { writer.put(.said("unheard")) }
        #expect(writer.flush(until: Self.soon()) == 0)
        messages.put(.said("the end"))
        #expect(heard.text(until: "the end\n") == "attache: the end\n")
    }

    @Test func aTurnIsNotLostWhereLinesAre() throws {
        let (stuck, new) = (TestPipe(), TestPipe())
        let writer = try LogWriter(LogTarget(stuck.output, name: "stuck"), entriesMax: 1000)
        let line = String(repeating: "x", count: 100)
        for _ in 0..<5000 { writer.put(.said(line)) }
        writer.turn(to: LogTarget(new.output, name: "new"))
        while stuck.read(within: .milliseconds(200)) != nil {}
        writer.put(.said("here"))
        #expect(new.text(until: "here\n").contains("attache: here\n"))
    }
}

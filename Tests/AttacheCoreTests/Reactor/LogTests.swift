// SPDX-License-Identifier: Apache-2.0
// Promises of Log: what goes where, in which form, and that the streams do not hinder each other.

import Glibc
import Testing

@testable import AttacheCore

struct LogTests {
    private static func settings(_ format: LogFormat) -> LogSettings {
        var settings = LogSettings()
        settings.format = format
        return settings
    }

    @Test(arguments: [
        (LogFormat.auto, "{\"time\":\"2026-"), (.json, "{\"time\":\"2026-"), (.text, "session=17 "),
    ])
    func aPipeGetsJSONUnlessTextIsAskedFor(format: LogFormat, start: String) throws {
        let (output, error) = (TestPipe(), TestPipe())
        let log = try Log(
            Self.settings(format),
            streams: LogStreams(output: output.output, error: error.output))
        log.session(SessionLineTests.record())
        #expect(output.text(until: "\n").hasPrefix(start))
    }

    @Test(arguments: [LogFormat.auto, .text])
    func everythingElseIsTextOnStandardError(format: LogFormat) throws {
        let (output, error) = (TestPipe(), TestPipe())
        let log = try Log(
            Self.settings(format),
            streams: LogStreams(output: output.output, error: error.output))
        log.event(.control, .notice, "listening on 127.0.0.1:1\nforged")
        log.event(.upstream, .notice, folding: "refused", "connection refused")
        log.event(.upstream, .notice, folding: "refused", "connection refused")
        log.flush(upTo: .seconds(20))
        #expect(
            error.text(until: "more time") == """
                attache: listening on 127.0.0.1:1
                  forged
                attache: connection refused
                attache: connection refused (1 more time in the last 1 s)

                """)
    }

    @Test func aStandardOutputNobodyReadsDoesNotSilenceStandardError() throws {
        let (output, error) = (TestPipe(), TestPipe())
        let log = try Log(
            Self.settings(.auto),
            streams: LogStreams(output: output.output, error: error.output))
        for _ in 0..<1000 { log.session(SessionLineTests.record()) }
        log.event(.control, .notice, "still here")
        #expect(error.text(until: "still here\n") == "attache: still here\n")
        let start = Clock.now()
        log.flush(upTo: .milliseconds(200))
        #expect(Clock.now() - start < 5_000_000_000)
        #expect(
            error.text(until: "at exit").contains("session lines lost at exit: standard output"))
    }

    // MARK: levels

    private static func heard(_ change: (inout LogSettings) -> Void) throws -> (Log, TestPipe) {
        let error = TestPipe()
        var settings = LogSettings()
        change(&settings)
        return (try Log(settings, streams: LogStreams(error: error.output)), error)
    }

    @Test func anEventBelowItsLevelIsNotWrittenAndItsMessageNotMade() throws {
        let (log, error) = try Self.heard {
            $0.level = .warning
            $0.levels = [.upstream: .debug, .listener: .critical]
        }
        var made = 0
        func message(_ text: String) -> String {
            made += 1
            return text
        }
        log.event(.control, .notice, message("control notice"))
        log.event(.listener, .error, folding: "a", message("listener error"))
        #expect(made == 0)
        log.event(.upstream, .trace, message("upstream trace"))
        log.event(.upstream, .debug, message("upstream debug"))
        log.event(.control, .warning, message("control warning"))
        #expect(
            error.text(until: "control warning\n")
                == "attache: debug: upstream debug\nattache: warning: control warning\n")
        #expect(made == 2)
    }

    @Test func asJSONAnEventIsOneLineWhateverItSays() throws {
        let (log, error) = try Self.heard { $0.format = .json }
        log.event(.upstream, .error, "one\ntwo \"quoted\"")
        let line = error.text(until: "}\n")
        #expect(line.hasPrefix("{\"time\":\"20"))
        #expect(
            line.hasSuffix(
                #"Z","level":"error","subsystem":"upstream","message":"one\ntwo \"quoted\""}"#
                    + "\n"))
        #expect(line.split(separator: "\n").count == 1)
    }

    // MARK: destinations

    private func text(_ name: String, in folder: Scratch) throws -> String {
        let file = try SmallFile(reading: "\(folder.path)/\(name)", bytesMax: 1 << 20)
        return String(decoding: file.bytes, as: UTF8.self)
    }

    @Test func aFileIsAppendedToWithTimesAndModeAndSharedByBoth() throws {
        let folder = Scratch()
        var settings = LogSettings()
        settings.access = .file("\(folder.path)/log")
        settings.events = settings.access
        settings.format = .text
        for _ in 1...2 {
            let log = try Log(settings)
            log.event(.upstream, .warning, "one\ntwo")
            log.session(SessionLineTests.record())
            log.flush(upTo: .seconds(20))
        }
        let lines = try text("log", in: folder).split(separator: "\n")
        #expect(lines.count == 6)
        let event = #/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning upstream: one$/#
        #expect(lines.count { $0.contains(event) } == 2)
        #expect(lines.count { $0 == "  two" } == 2)
        #expect(lines.count { $0.hasPrefix("2026-11-25T18:37:07.123Z session=17 ") } == 2)
        var status = stat()
        #expect(stat("\(folder.path)/log", &status) == 0)
        #expect(status.st_mode & 0o7777 & ~0o640 == 0 && status.st_mode & 0o600 == 0o600)
    }

    @Test func reopeningFollowsTheNameAndLosesNothing() throws {
        let folder = Scratch()
        var settings = LogSettings()
        settings.access = .none
        settings.events = .file("\(folder.path)/log")
        let log = try Log(settings)
        for number in 1...500 {
            log.event(.session, .notice, "event \(number)")
            if number == 250 {
                #expect(rename("\(folder.path)/log", "\(folder.path)/log.1") == 0)
                log.reopen()
            }
        }
        log.flush(upTo: .seconds(20))
        let (old, new) = (try text("log.1", in: folder), try text("log", in: folder))
        let all = (old + new).split(separator: "\n").compactMap { $0.split(separator: " ").last }
        #expect(all == (1...500).map { "\($0)" })
        #expect(new.contains("event 251\n") && !new.contains("event 250\n"))
    }

    @Test func aFileThatCannotBeOpenedIsSaidAndNothingChanges() throws {
        let error = TestPipe()
        let log = try Log(LogSettings(), streams: LogStreams(error: error.output))
        var settings = LogSettings()
        settings.level = .critical
        settings.access = .file("/nonexistent-folder/log")
        let failure = #expect(throws: StartFailure.self) { try log.prepare(settings) }
        #expect(failure?.exitCode == ExitCode.configuration)
        #expect(
            failure?.message == "cannot open the log /nonexistent-folder/log: no such file or "
                + "directory (ENOENT); its folder is not there: make it, or name another file")
        log.event(.control, .notice, "as before")
        #expect(error.text(until: "as before\n") == "attache: as before\n")
    }

    @Test func aReloadThatFailsLeavesNoNewFileBehind() throws {
        let folder = Scratch()
        let log = try Log(LogSettings(), streams: LogStreams(error: TestPipe().output))
        var settings = LogSettings()
        settings.events = .file("/nonexistent-folder/log")
        _ = folder.write("old", "")
        for name in ["new", "old"] {
            settings.access = .file("\(folder.path)/\(name)")
            #expect(throws: StartFailure.self) { try log.prepare(settings) }
        }
        #expect(access("\(folder.path)/new", F_OK) != 0)
        #expect(access("\(folder.path)/old", F_OK) == 0)
    }

    @Test func aReloadChangesLevelsAndPlacesWithoutLosingALine() throws {
        let folder = Scratch()
        let error = TestPipe()
        let log = try Log(LogSettings(), streams: LogStreams(error: error.output))
        log.event(.control, .notice, "before")
        log.event(.control, .debug, "unheard")
        var settings = LogSettings()
        settings.events = .file("\(folder.path)/other")
        settings.levels[.control] = .debug
        log.apply(try log.prepare(settings))
        log.event(.control, .debug, "behind")
        log.flush(upTo: .seconds(20))
        #expect(error.text(until: "before\n") == "attache: before\n")
        #expect(try text("other", in: folder).hasSuffix("Z debug control: behind\n"))
    }

    @Test func aFullDiskIsToldAndStopsNothing() throws {
        let error = TestPipe()
        var settings = LogSettings()
        settings.access = .file("/dev/full")
        let log = try Log(settings, streams: LogStreams(error: error.output))
        for _ in 1...3 { log.session(SessionLineTests.record()) }
        log.flush(upTo: .seconds(20))
        let text = error.text(until: "lines lost at exit")
        #expect(text.contains("attache: warning: cannot write to /dev/full: no space left"))
        #expect(text.contains("3 session lines lost at exit: /dev/full did not take them"))
    }
}

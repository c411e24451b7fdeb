// SPDX-License-Identifier: Apache-2.0
// Promises of Log: what goes where, in which form, and that the streams do not hinder each other.

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
        let log = try Log(Self.settings(format), output: output.output, error: error.output)
        log.session(SessionLineTests.record())
        #expect(output.text(until: "\n").hasPrefix(start))
    }

    @Test(arguments: LogFormat.allCases)
    func everythingElseIsTextOnStandardError(format: LogFormat) throws {
        let (output, error) = (TestPipe(), TestPipe())
        let log = try Log(Self.settings(format), output: output.output, error: error.output)
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
        let log = try Log(Self.settings(.json), output: output.output, error: error.output)
        for _ in 0..<1000 { log.session(SessionLineTests.record()) }
        log.event(.control, .notice, "still here")
        #expect(error.text(until: "still here\n") == "attache: still here\n")
        let start = Clock.now()
        log.flush(upTo: .milliseconds(200))
        #expect(Clock.now() - start < 5_000_000_000)
        #expect(
            error.text(until: "at exit").contains("session lines lost at exit: standard output"))
    }
}

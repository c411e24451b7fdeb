// SPDX-License-Identifier: Apache-2.0
// The commands that ask a running attache, and the socket that it opens for them.

import AttacheCore
import Foundation
import Testing

@testable import attache

struct OperatorTests {
    private static let commands = ["status", "sessions", "close", "reload", "drain"]

    @Test(arguments: commands)
    func helpShowsAnExampleAndFitsAScreen(command: String) {
        let ending = Ending.of([command, "--help"])
        #expect(ending.code == 0)
        #expect(ending.answer.contains("\n  attache \(command)"))
        #expect(ending.answer.contains("--admin <path>"))
        let lines = ending.answer.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 40)
        for line in lines { #expect(line.count <= 80, "\(line)") }
    }

    @Test(arguments: commands)
    func whereNobodyListensTheyFailAndSayWhichPath(command: String) {
        let number = command == "close" ? ["7"] : []
        let ending = Ending.of([command] + number + ["--admin", "unix:/nowhere/a.sock"])
        #expect(ending.code == 1)
        #expect(ending.complaint.hasPrefix("nobody listens on unix:/nowhere/a.sock: "))
    }

    @Test func wrongUseIsExplained() {
        #expect(Ending.of(["close"]).complaint.hasPrefix("close needs the number of a session"))
        #expect(Ending.of(["close", "x"]).code == 64)
        #expect(Ending.of(["sessions", "--limit", "0"]).code == 64)
        #expect(Ending.of(["status", "--admin", "127.0.0.1:80"]).code == 64)
    }

    @Test func aPlaceThatWasAskedForAndCannotBeHadIsFatal() {
        let failure = #expect(throws: StartFailure.self) {
            try OperatorSocket.open(asked: "/nowhere/a.sock", operations: Nothing()) { _ in }
        }
        #expect(failure?.exitCode == 1)
        #expect(failure?.message.contains("make the folder /nowhere") == true)
    }

    @Test func aPlaceThatAnotherHasIsAWarning() throws {
        let path = "/tmp/attache-operator-\(getpid()).sock"
        var warnings: [String] = []
        let first = try OperatorSocket.open(asked: path, operations: Nothing()) {
            warnings.append($0)
        }
        #expect(warnings == [])
        let status = Ending.of(["status", "--admin", path])
        #expect(status.code == 0)
        #expect(status.answer.hasPrefix("attache \(Version.number), pid \(getpid()), serving"))
        let reload = Ending.of(["reload", "--admin", path])
        #expect(reload.code == 78)
        #expect(reload.complaint == "not reloaded, generation 1 stays: no such file")
        let second = try OperatorSocket.open(asked: path, operations: Nothing()) {
            warnings.append($0)
        }
        #expect(second == nil)
        #expect(warnings.count == 1)
        #expect(warnings.first?.contains("another process is listening there") == true)
        first?.stop()
    }

    @Test(arguments: [["--version", "--verbose"], ["--verbose", "--version"]])
    func theVerboseVersionNamesWhatIsLoaded(arguments: [String]) {
        let lines = Ending.of(arguments).answer.split(separator: "\n")
        let beginnings = [
            "attache ", "OpenSSL 3.", "libyaml 0.", "libevent 2.", "glibc 2.", "Linux ",
        ]
        #expect(lines.count == beginnings.count)
        for (line, beginning) in zip(lines, beginnings) {
            #expect(line.hasPrefix(beginning), "\(line)")
        }
    }
}

struct SettledPlaceTests {
    private func settled(_ admin: Settings.Admin, flag: String? = nil) -> Settings.Admin {
        var settings = Settings(listeners: [], upstreams: [], workers: 1)
        settings.admin = admin
        return OperatorSocket.settle(settings, flag: flag).admin
    }

    /// A reload compares it with the one of the start: what a restart would not change is equal.
    @Test func thePlaceIsTheOneThatAStartWouldTake() {
        for admin in [Settings.Admin.byDefault, .off, .path("/a")] {
            #expect(settled(admin, flag: "/flag") == .path("/flag"))
        }
        #expect(settled(.off) == .off)
        #expect(settled(.path("/a")) == .path("/a"))
        // The usual place, written down.
        let usual = settled(.byDefault)
        #expect(usual != .byDefault && settled(usual) == usual)
    }
}

private struct Nothing: Operations {
    func status() -> Status { Status() }
    func sessions(limit: Int) -> [SessionStatus] { [] }
    func close(session: UInt64) -> Bool { false }
    func reload() -> ReloadStatus {
        ReloadStatus(atNanoseconds: 0, generation: 1, outcome: .failed("no such file"))
    }
    func drain() -> Bool { false }
}

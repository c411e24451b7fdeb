// SPDX-License-Identifier: Apache-2.0
// A running attache: started, listening, read from, and ended.

import Foundation

public final class Daemon: Sendable {
    public let child: Child
    /// Where it really listens.
    public let endpoint: Endpoint

    /// ATTACHE_BINARY, else the one that was built with these tests.
    public static let binary: String = {
        if let path = ProcessInfo.processInfo.environment["ATTACHE_BINARY"] { return path }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return ((tests ?? "") as NSString).deletingLastPathComponent + "/attache"
    }()

    /// The process alone, for starts that fail.
    public static func start(
        _ arguments: [String], through prefix: [String] = [], output: Child.Output = .collected,
        binary: String = Daemon.binary, environment: [String: String] = [:]
    ) throws -> Child {
        guard access(binary, X_OK) == 0 else {
            throw Failure("no attache at \(binary): build it, or set ATTACHE_BINARY")
        }
        return try Child(
            [binary] + arguments, through: prefix, output: output, environment: environment)
    }

    public init(
        _ arguments: [String], through prefix: [String] = [], output: Child.Output = .collected
    ) throws {
        let child = try Daemon.start(arguments, through: prefix, output: output)
        self.child = child
        do {
            let text = try child.wait(inErrors: true, "listening line") { lines in
                lines.lazy.compactMap { try? #/listening on (\S+)/#.firstMatch(in: $0)?.1 }.first
            }
            endpoint = try Endpoint(String(text))
        } catch {
            child.destroy()
            throw error
        }
    }

    /// Runs the body beside a daemon, which must live through it and then end well on SIGTERM.
    public static func with<Answer>(
        _ arguments: [String], through prefix: [String] = [], output: Child.Output = .collected,
        _ body: (Daemon) throws -> Answer
    ) throws -> Answer {
        let daemon = try Daemon(arguments, through: prefix, output: output)
        defer { daemon.child.destroy() }
        do {
            let answer = try body(daemon)
            try daemon.end()
            return answer
        } catch {
            throw Failure(
                "\(error)\n\(daemon.child.exit.map { "ended: \($0)" } ?? "alive")\n"
                    + daemon.child.tail
            )
        }
    }

    /// The second signal ends at once whatever is open. Exit code 0 or a Failure.
    public func end() throws {
        guard child.isRunning else {
            guard child.exit == .code(0) else { throw Failure("attache died: \(child.exit!)") }
            return
        }
        child.signal(SIGTERM)
        child.signal(SIGTERM)
        // Two equal signals may be one to the kernel: the draining line tells that the first was
        // seen.
        _ = try? waitForDraining(within: .seconds(5))
        child.signal(SIGTERM)
        let exit = try child.waitForExit(within: .seconds(10))
        if exit != .code(0) { throw Failure("attache ended with \(exit)") }
    }

    /// The line that tells that a signal was seen.
    public func waitForDraining(within limit: Duration = .seconds(10)) throws {
        try child.wait(within: limit, inErrors: true, "draining line") { lines in
            lines.first { $0.contains(#/draining|accepting has ended/#) }
        }
    }

    // MARK: What it says

    public var sessions: [SessionLine] {
        get throws { try child.output.map { try SessionLine($0) } }
    }

    /// Waits for so many session lines; hands them out.
    public func sessions(
        _ count: Int, within limit: Duration = .seconds(10), file: String = #fileID,
        line: Int = #line
    ) throws -> [SessionLine] {
        let lines = try child.wait(
            within: limit, "\(count) session lines", file: file, line: line
        ) { $0.count >= count ? $0 : nil }
        return try lines.map { try SessionLine($0) }
    }

    /// The one and only session's line.
    public func session(
        within limit: Duration = .seconds(10), file: String = #fileID, line: Int = #line
    ) throws -> SessionLine {
        let all = try sessions(1, within: limit, file: file, line: line)
        guard all.count == 1 else {
            throw Failure("\(all.count) sessions instead of one", file: file, line: line)
        }
        return all[0]
    }
}

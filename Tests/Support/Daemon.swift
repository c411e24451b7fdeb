// SPDX-License-Identifier: Apache-2.0
// A running attache: started, listening, read from, and ended.

import Foundation

public final class Daemon: Sendable {
    public let child: Child
    /// Where each of its listeners really listens, in the order of the listening line.
    public let doors: [Door]

    public struct Door: Sendable {
        /// Listeners of `connect` and its like have none.
        public let name: String?
        public let endpoint: Endpoint
    }

    public var endpoint: Endpoint { doors[0].endpoint }

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
        _ arguments: [String], through prefix: [String] = [], output: Child.Output = .collected,
        environment: [String: String] = [:]
    ) throws {
        let child = try Daemon.start(
            arguments, through: prefix, output: output, environment: environment)
        self.child = child
        do {
            let text = try child.wait(inErrors: true, "listening line") { lines in
                lines.first { $0.contains("listening on ") }
            }
            doors = try Daemon.doors(in: text)
            if doors.isEmpty { throw Failure("no address in: \(text)") }
        } catch {
            child.destroy()
            throw error
        }
    }

    /// `listening on near: 127.0.0.1:80 (plain) → far (TLS), 127.0.0.1:81 (h2-connect) → …`
    private static func doors(in line: String) throws -> [Door] {
        let listening = line.components(separatedBy: "listening on ")[1]
        return try listening.matches(of: #/(?:([^\s,]+): )?([^\s,]+) \([\w-]+\) →/#).map {
            Door(name: $0.1.map(String.init), endpoint: try Endpoint(String($0.2)))
        }
    }

    /// Where the listener of that name listens.
    public func endpoint(_ name: String) throws -> Endpoint {
        guard let door = doors.first(where: { $0.name == name }) else {
            throw Failure("no listener \(name) among \(doors)")
        }
        return door.endpoint
    }

    /// Runs the body beside a daemon, which must live through it and then end well on SIGTERM.
    public static func with<Answer>(
        _ arguments: [String], through prefix: [String] = [], output: Child.Output = .collected,
        environment: [String: String] = [:], _ body: (Daemon) throws -> Answer
    ) throws -> Answer {
        let daemon = try Daemon(
            arguments, through: prefix, output: output, environment: environment)
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

    // MARK: Reloading

    /// SIGHUP; hands out the line that tells that every worker serves what is new.
    @discardableResult
    public func reload(file: String = #fileID, line: Int = #line) throws -> String {
        let (isReloaded, said) = try hangUp(file: file, line: line)
        guard isReloaded else { throw Failure(said, file: file, line: line) }
        return said
    }

    /// SIGHUP; hands out the line that tells why nothing was reloaded.
    @discardableResult
    public func reloadInVain(file: String = #fileID, line: Int = #line) throws -> String {
        let (isReloaded, said) = try hangUp(file: file, line: line)
        if isReloaded { throw Failure("this must not do: \(said)", file: file, line: line) }
        return said
    }

    private func hangUp(file: String, line: Int) throws -> (isReloaded: Bool, line: String) {
        let said = #/(not )?reloaded: |not reloaded, /#
        let before = child.errors.count { $0.contains(said) }
        child.signal(SIGHUP)
        let answer = try child.wait(inErrors: true, "answer to SIGHUP", file: file, line: line) {
            $0.filter { $0.contains(said) }.dropFirst(before).first
        }
        return (!answer.contains("not reloaded"), answer)
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

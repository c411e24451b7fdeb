// SPDX-License-Identifier: Apache-2.0
// A process that a test started: its lines so far, its end, and the certainty that it does not
// outlive the test.

import CLinux
import Foundation

public final class Child: @unchecked Sendable {
    public enum Output { case collected, unread }
    public enum Exit: Equatable, Sendable {
        case code(Int32)
        case signal(Int32)
    }

    public let name: String
    public let pid: pid_t
    private let condition = NSCondition()
    private var outputLines: [String] = []
    private var errorLines: [String] = []
    private var openPipes = 2
    private var ended: Exit?
    private var unread: Int32 = -1

    /// `prefix` is what the program is started through: a namespace, another user.
    public init(
        _ arguments: [String], through prefix: [String] = [], output: Output = .collected,
        environment extra: [String: String] = [:]
    ) throws {
        name = (arguments[0] as NSString).lastPathComponent
        let whole = ["setpriv", "--pdeathsig", "KILL"] + prefix + arguments
        let environment = ProcessInfo.processInfo.environment
            .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }.merging(extra) { $1 }
        let (out, outEnd) = try Child.pipe()
        let (err, errEnd) = try Child.pipe()
        defer {
            close(outEnd)
            close(errEnd)
        }
        do {
            pid = try Spawner.shared.start(
                whole, environment: environment, output: outEnd, errors: errEnd)
        } catch {
            close(out)
            close(err)
            throw error
        }
        if output == .collected {
            collect(out) { $0.outputLines.append($1) }
        } else {
            unread = out
            openPipes = 1
        }
        collect(err) { $0.errorLines.append($1) }
        Thread { [self, pid] in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let low = status & 0x7f
            condition.withLock {
                ended = low == 0 ? .code((status >> 8) & 0xff) : .signal(low)
                condition.broadcast()
            }
        }.start()
    }

    deinit {
        if unread >= 0 { close(unread) }
    }

    public var output: [String] { condition.withLock { outputLines } }
    public var errors: [String] { condition.withLock { errorLines } }
    public var exit: Exit? { condition.withLock { ended } }
    public var isRunning: Bool { exit == nil }

    public func signal(_ number: Int32) {
        condition.withLock { if ended == nil { _ = kill(pid, number) } }
    }

    /// Kills the process and all of its group, and waits until it is gone.
    public func destroy() {
        condition.withLock { if ended == nil { _ = kill(-pid, SIGKILL) } }
        _ = try? waitForExit(within: .seconds(10))
    }

    /// The exit, once everything that the process has written is read as well.
    @discardableResult
    public func waitForExit(
        within limit: Duration = .seconds(10), file: String = #fileID, line: Int = #line
    ) throws -> Exit {
        try wait(limit, "\(name) did not end", file, line) { ended != nil && openPipes == 0 }
        return exit!
    }

    /// Waits until `search` finds something in the lines of standard output (or error); nil when
    /// the process ended first.
    @discardableResult
    public func wait<Found>(
        within limit: Duration = .seconds(10), inErrors: Bool = false, _ what: String,
        file: String = #fileID, line: Int = #line, _ search: ([String]) throws -> Found?
    ) throws -> Found {
        var found: Found?
        try wait(limit, "\(name): \(what)", file, line) {
            found = try search(inErrors ? errorLines : outputLines)
            return found != nil || openPipes == 0
        }
        if let found { return found }
        throw Failure("\(name) ended before: \(what)\n\(tail)", file: file, line: line)
    }

    /// The last lines, for messages.
    public var tail: String {
        condition.withLock {
            (errorLines.suffix(8) + outputLines.suffix(2)).map { "  | \($0)" }
                .joined(separator: "\n")
        }
    }

    private func wait(
        _ limit: Duration, _ what: String, _ file: String, _ line: Int,
        _ condition: () throws -> Bool
    ) throws {
        let until = Date(timeIntervalSinceNow: limit.seconds)
        self.condition.lock()
        var timely = true
        while try !condition() {
            guard timely else {
                self.condition.unlock()
                throw Failure("not within \(limit): \(what)\n\(tail)", file: file, line: line)
            }
            timely = self.condition.wait(until: until)
        }
        self.condition.unlock()
    }

    private func collect(_ fd: Int32, _ add: @escaping @Sendable (Child, String) -> Void) {
        Thread { [self] in
            var rest: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(fd, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { break }
                rest += buffer[..<count]
                var lines = rest.split(separator: 10, omittingEmptySubsequences: false)
                rest = Array(lines.removeLast())
                let texts = lines.map { String(decoding: $0, as: UTF8.self) }
                condition.withLock {
                    for text in texts { add(self, text) }
                    condition.broadcast()
                }
            }
            close(fd)
            condition.withLock {
                if !rest.isEmpty { add(self, String(decoding: rest, as: UTF8.self)) }
                openPipes -= 1
                condition.broadcast()
            }
        }.start()
    }

    /// Two blocking ends: the child's writes must be able to block.
    private static func pipe() throws -> (Int32, Int32) {
        var ends: [Int32] = [0, 0]
        try checked("pipe", clinux_pipe(&ends))
        for end in ends { _ = fcntl(end, F_SETFL, fcntl(end, F_GETFL) & ~O_NONBLOCK) }
        return (ends[0], ends[1])
    }
}

// SPDX-License-Identifier: Apache-2.0
// What /proc tells of a running process: descriptors, memory, processor time, threads.

import Foundation

public struct ProcessFacts: Sendable {
    public let pid: pid_t

    public init(_ daemon: Daemon) { pid = daemon.child.pid }

    private func read(_ name: String) throws -> String {
        try String(contentsOfFile: "/proc/\(pid)/\(name)", encoding: .utf8)
    }

    /// What each open descriptor is: `socket:[123]`, `pipe:[456]`, a path.
    public var descriptors: [String] {
        get throws {
            let folder = "/proc/\(pid)/fd"
            return try FileManager.default.contentsOfDirectory(atPath: folder).compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\($0)")
            }
        }
    }

    /// Both ends of a pipe have the same name.
    public var pipes: Int {
        get throws { Set(try descriptors.filter { $0.hasPrefix("pipe:") }).count }
    }

    /// VmRSS or RssAnon, in KiB.
    public func memory(_ field: String) throws -> Int {
        for line in try read("status").split(separator: "\n") where line.hasPrefix("\(field):") {
            return Int(line.split(whereSeparator: { " \t".contains($0) })[1])!
        }
        throw Failure("no \(field) in /proc/\(pid)/status")
    }

    /// VmRSS in KiB once it stays: freed memory is given back when nothing has ended for 2 s.
    public func settledMemory(within limit: Duration = .seconds(30)) throws -> Int {
        var last = try memory("VmRSS")
        var since = ContinuousClock.now
        try eventually(within: limit, "RSS stays") {
            let now = try memory("VmRSS")
            if abs(now - last) > 64 { (last, since) = (now, ContinuousClock.now) }
            return ContinuousClock.now - since > .milliseconds(4500)
        }
        return last
    }

    /// Processor time so far, of all threads.
    public var processorTime: Duration {
        get throws {
            let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
            let nanoseconds = tasks.compactMap {
                (try? read("task/\($0)/schedstat"))?.split(separator: " ").first.flatMap { Int($0) }
            }
            return .nanoseconds(nanoseconds.reduce(0, +))
        }
    }

    /// Whether a tracer (strace) holds all threads by now.
    public var allTraced: Bool {
        get throws {
            let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
            return try tasks.allSatisfy {
                try !read("task/\($0)/status").contains("TracerPid:\t0\n")
            }
        }
    }

    public var threadNames: [String] {
        get throws {
            let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
            return tasks.compactMap {
                (try? read("task/\($0)/comm"))?.trimmingCharacters(in: .newlines)
            }
        }
    }
}

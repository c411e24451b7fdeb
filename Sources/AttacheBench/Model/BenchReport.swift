// SPDX-License-Identifier: Apache-2.0
// All that a run of `attache bench` found out, as plain values: what every kind of output is made
// from.

import AttacheCore

public struct BenchReport: Sendable {
    public enum Mode: String, Sendable, CaseIterable {
        case rr, rate, connect, stream, idle, search
    }
    /// What the run was asked to do.
    public struct Plan: Sendable {
        public var mode: Mode
        /// For people: "128 B there, 128 B back on 32 connections, 2 threads".
        public var summary: String
        /// The command line, without the program's name.
        public var arguments: [String]
        public var connections: Int
        public var threads: Int
        public var seed: UInt64
        public var warmUp: Duration
        /// nil: until a number of units was done.
        public var duration: Duration?
        public var count: UInt64?
        /// A second; nil: closed loop.
        public var rates: [Double]
        /// What `search` has to keep, as it was written: "p99<5ms".
        public var conditions: [String] = []

        public init(
            mode: Mode, summary: String, arguments: [String], connections: Int, threads: Int,
            seed: UInt64, warmUp: Duration, duration: Duration?, count: UInt64?,
            rates: [Double] = []
        ) {
            self.mode = mode
            self.summary = summary
            self.arguments = arguments
            self.connections = connections
            self.threads = threads
            self.seed = seed
            self.warmUp = warmUp
            self.duration = duration
            self.count = count
            self.rates = rates
        }
    }

    public var plan: Plan
    public var environment: Environment
    /// Nanoseconds since 1970.
    public var started: UInt64
    /// In the order in which they were named; the first is what the others are compared with.
    public var targets: [TargetReport]
    /// What keeps the figures from meaning what they seem to.
    public var warnings: [String] = []
    /// Ctrl-C came before the end.
    public var isInterrupted = false
    /// What the generator does with nothing in between; nil: it was not asked for.
    public var floor: Floor?
    /// What `search` tried, in order.
    public var trials: [Trial] = []

    public init(plan: Plan, environment: Environment, started: UInt64, targets: [TargetReport]) {
        self.plan = plan
        self.environment = environment
        self.started = started
        self.targets = targets
    }
}

public struct TargetReport: Sendable {
    public var name: String
    /// As it was named: "tls://127.0.0.1:6380".
    public var url: String
    /// Everything after the warm-up.
    public var total = LoadSample()
    /// In the order of time: of a comparison the turns of this target, otherwise seconds.
    public var slices: [Slice] = []
    /// The process whose cost is measured.
    public var process: Int32?
    /// Of `idle`.
    public var memory: [MemoryPoint] = []

    public init(name: String, url: String) {
        self.name = name
        self.url = url
    }
}

/// A stretch of time in which one target worked.
public struct Slice: Sendable, Equatable {
    /// Slices of one round are neighbours in time, one of each target.
    public var round: Int
    /// Nanoseconds since the measurement began.
    public var start: UInt64
    public var elapsed: UInt64
    public var done: UInt64
    public var failed: UInt64
    public var bytesUp: UInt64
    public var bytesDown: UInt64
    /// Nanoseconds; latency from the intended beginning.
    public var p50: UInt64
    public var p99: UInt64
    /// Nanoseconds of CPU that the target's process used; nil: no process was named.
    public var cpu: UInt64?

    public init(round: Int, start: UInt64, sample: LoadSample, cpu: UInt64?) {
        self.round = round
        self.start = start
        elapsed = sample.elapsed
        done = sample.done
        failed = sample.failed
        bytesUp = sample.bytesUp
        bytesDown = sample.bytesDown
        p50 = sample.latency.value(at: 50)
        p99 = sample.latency.value(at: 99)
        self.cpu = cpu
    }
}

/// What a process held at a number of open connections.
public struct MemoryPoint: Sendable, Equatable {
    public var connections: Int
    /// Anonymous resident memory, bytes (RssAnon of /proc/PID/status).
    public var anonymous: UInt64

    public init(connections: Int, anonymous: UInt64) {
        self.connections = connections
        self.anonymous = anonymous
    }
}

/// The generator's own floor, against a service of its own.
public struct Floor: Sendable, Equatable {
    /// Units a second.
    public var rate: Double
    /// Nanoseconds.
    public var p50: UInt64

    public init(rate: Double, p50: UInt64) {
        self.rate = rate
        self.p50 = p50
    }
}

/// A rate that `search` tried.
public struct Trial: Sendable, Equatable {
    public var rate: Double
    public var achieved: Double
    /// Nanoseconds.
    public var p50: UInt64
    public var p99: UInt64
    public var failed: UInt64
    /// The conditions held.
    public var isGood: Bool

    public init(
        rate: Double, achieved: Double, p50: UInt64, p99: UInt64, failed: UInt64, isGood: Bool
    ) {
        self.rate = rate
        self.achieved = achieved
        self.p50 = p50
        self.p99 = p99
        self.failed = failed
        self.isGood = isGood
    }
}

/// On what it was measured.
public struct Environment: Sendable, Equatable {
    /// Of this program: "attache 0.1.0".
    public var program: String
    /// "OpenSSL 3.0.22 …", as loaded.
    public var tlsLibrary: String
    /// "Linux 6.1.0-28-amd64".
    public var kernel: String
    /// The processor's model name.
    public var cpu: String
    /// Processors this process may run on.
    public var processors: Int
    /// The frequency governor; nil: the machine shows none.
    public var governor: String?

    public init(
        program: String, tlsLibrary: String, kernel: String, cpu: String, processors: Int,
        governor: String?
    ) {
        self.program = program
        self.tlsLibrary = tlsLibrary
        self.kernel = kernel
        self.cpu = cpu
        self.processors = processors
        self.governor = governor
    }
}

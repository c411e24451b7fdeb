// SPDX-License-Identifier: Apache-2.0
// What a load generator saw: counts, times and errors, of one slice of work or of many.

/// Adds up over threads, intervals and slices.
public struct LoadSample: Sendable {
    /// What went wrong in one way.
    public struct Trouble: Sendable, Equatable {
        public var count: UInt64
        /// The first time, for people.
        public var example: String
    }

    /// Nanoseconds in which work was under way.
    public var elapsed: UInt64 = 0
    /// Units of work that ended well.
    public var done: UInt64 = 0
    /// Due by the schedule, and not begun when time was over.
    public var unsent: UInt64 = 0
    public var bytesUp: UInt64 = 0
    public var bytesDown: UInt64 = 0
    /// Connections that came about, and how many of them resumed a TLS session.
    public var connections: UInt64 = 0
    public var resumed: UInt64 = 0
    /// By kind: the reasons of a failed dial as session lines have them, and `reset`, `closed`
    /// (no byte of an answer came), `short`, `excess`, `timeout`.
    public var errors: [String: Trouble] = [:]
    /// From when a unit was meant to begin; of open loops only it differs from `service`.
    public var latency = LatencyHistogram()
    /// From when a unit really began.
    public var service = LatencyHistogram()
    /// The stages of dials that came about.
    public var stages: [Stage: LatencyHistogram] = [:]
    /// "TLSv1.3 TLS_AES_128_GCM_SHA256" of the last connection; nil: plaintext, or none yet.
    public var tls: String?

    public enum Stage: String, Sendable, CaseIterable {
        case resolving = "resolve"
        case connecting = "connect"
        case securing = "tls"
        /// From the ready connection to the whole first answer.
        case answering = "answer"
    }

    public init() {}

    public var failed: UInt64 { errors.values.reduce(0) { $0 + $1.count } }

    /// Units a second; 0 where nothing was measured.
    public var rate: Double { perSecond(Double(done)) }

    public func perSecond(_ amount: Double) -> Double {
        elapsed == 0 ? 0 : amount * 1e9 / Double(elapsed)
    }

    /// A unit ended well. A schedule may be ahead of the clock by what reading it takes.
    mutating func record(intended: UInt64, began: UInt64, now: UInt64) {
        done += 1
        latency.record(now - min(intended, now))
        service.record(now - min(began, now))
    }

    /// A stage of a dial took so long; nil: it was not entered.
    mutating func record(_ stage: Stage, _ nanoseconds: UInt64?) {
        guard let nanoseconds else { return }
        stages[stage, default: LatencyHistogram()].record(nanoseconds)
    }

    /// Something went wrong that ended a unit of work, or kept it from beginning.
    public mutating func fail(_ kind: String, _ example: @autoclosure () -> String) {
        if errors[kind] == nil { errors[kind] = Trouble(count: 0, example: example()) }
        errors[kind]?.count += 1
    }

    /// What another thread saw at the same time.
    public mutating func add(besides other: LoadSample) {
        let longest = max(elapsed, other.elapsed)
        add(other)
        elapsed = longest
    }

    /// What was seen at another time.
    public mutating func add(_ other: LoadSample) {
        elapsed += other.elapsed
        done += other.done
        unsent += other.unsent
        bytesUp += other.bytesUp
        bytesDown += other.bytesDown
        connections += other.connections
        resumed += other.resumed
        for (kind, trouble) in other.errors {
            errors[kind, default: Trouble(count: 0, example: trouble.example)].count +=
                trouble.count
        }
        latency.add(other.latency)
        service.add(other.service)
        for (stage, times) in other.stages {
            stages[stage, default: LatencyHistogram()].add(times)
        }
        tls = other.tls ?? tls
    }
}

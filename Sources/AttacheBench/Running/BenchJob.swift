// SPDX-License-Identifier: Apache-2.0
// What is to be measured, and how: a command line turned into values.

import AttacheCore

public struct BenchTarget: Sendable {
    public var load: LoadTarget
    /// As it was named: "tls://127.0.0.1:6380".
    public var url: String
    /// Whose CPU and memory are measured.
    public var process: Int32?

    public init(_ load: LoadTarget, url: String, process: Int32? = nil) {
        self.load = load
        self.url = url
        self.process = process
    }
}

public struct BenchJob: Sendable {
    public enum Measure: Sendable {
        /// In one piece, of one target.
        case stretch(LoadPace, LoadLimit)
        /// Targets take turns: A B C, B C A, C A B …
        case turns(LoadPace, slice: Duration, rounds: Int)
        /// What an open connection costs: from the growth between `low` connections and all.
        case memory(low: Int, settle: Duration)
        /// The highest rate at which everything is well, each one tried for so long.
        case search(trial: Duration, from: Double?, upTo: Double?)
    }

    public var plan: BenchReport.Plan
    public var targets: [BenchTarget]
    public var work: LoadWork
    public var measure: Measure
    public var timeout: Duration
    public var environment: Environment
    /// Of `search`: what must hold at a rate.
    public var isGood: @Sendable (LoadSample) -> Bool = { _ in true }

    public init(
        plan: BenchReport.Plan, targets: [BenchTarget], work: LoadWork, measure: Measure,
        timeout: Duration, environment: Environment
    ) {
        self.plan = plan
        self.targets = targets
        self.work = work
        self.measure = measure
        self.timeout = timeout
        self.environment = environment
    }

    var settings: LoadSettings {
        var settings = LoadSettings(
            targets: targets.map(\.load), work: work, connections: plan.connections,
            threads: plan.threads)
        settings.timeout = timeout
        return settings
    }
}

// SPDX-License-Identifier: Apache-2.0
// What all measurements have in common: from flags to a job, from a job to a report.

import ArgumentParser
import AttacheBench
import AttacheConfiguration
import AttacheCore

/// A command that measures something.
protocol BenchCommand: ParsableCommand {
    static var mode: BenchReport.Mode { get }
    static var connectionsByDefault: Int { get }
    var targets: TargetFlags { get }
    var trust: UpstreamTrustFlags<BenchTargets> { get }
    var identity: IdentityFlags<BenchTargets> { get }
    var spoken: SpokenTLSFlags<BenchTargets> { get }
    var load: LoadFlags { get }
    var output: BenchOutputFlags { get }

    /// What is done, and how it is said to people.
    func work() throws(Problem) -> (LoadWork, summary: String)
    func measure(turns: Bool) throws(Problem) -> BenchJob.Measure
    /// Changes what the mode knows better.
    func adjust(_ job: inout BenchJob) throws(Problem)
}

extension BenchCommand {
    func adjust(_ job: inout BenchJob) throws(Problem) {}

    func run() throws {
        let job = try job()
        if output.calibrate, !job.work.hasFloor {
            throw Problem(
                "--calibrate measures units that begin and end, and here are none; leave it out"
            )
        }
        let floor = output.calibrate ? try Measurement.calibrate(job) : nil
        let watch = BenchWatch(job, isQuiet: output.quiet)
        let measurement = try Measurement(job, floor: floor, show: watch.show)
        let report = measurement.measure()
        watch.end()
        try output.conclude(report)
    }

    func job() throws(Problem) -> BenchJob {
        let targets = try benchTargets()
        let (work, summary) = try work()
        let connections = load.connections ?? Self.connectionsByDefault
        let threads = load.threads ?? 1
        guard threads <= connections else {
            throw Problem(
                "\(threads) threads have nothing to do with \(connections) connections between "
                    + "them; lower --threads, or raise --connections")
        }
        let plan = BenchReport.Plan(
            mode: Self.mode, summary: summary + Self.extent(connections, threads),
            arguments: Array(CommandLine.arguments.dropFirst()),
            connections: connections, threads: threads, seed: load.seed ?? 1,
            warmUp: load.warmUp ?? .seconds(1), duration: nil, count: nil)
        var job = BenchJob(
            plan: plan, targets: targets, work: work,
            measure: try measure(turns: targets.count > 1),
            timeout: load.timeout ?? .seconds(10),
            environment: .here(program: "attache \(Version.number)"))
        job.describeMeasure()
        try adjust(&job)
        return job
    }

    private static func extent(_ connections: Int, _ threads: Int) -> String {
        let between = connections == 1 ? "1 connection" : "\(connections) connections"
        return " on \(between), " + (threads == 1 ? "1 thread" : "\(threads) threads")
    }

    // MARK: targets

    private func benchTargets() throws(Problem) -> [BenchTarget] {
        let named = try namedTargets()
        let names = named.map(\.name)
        if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
            throw Problem("--compare \(twice)=… is said twice; give each target a name of its own")
        }
        for choice in targets.processes {
            guard let name = choice.name else {
                guard named.count == 1 else {
                    throw Problem(
                        "--pid \(choice.process): of which target? write --pid NAME=PID")
                }
                continue
            }
            guard names.contains(name) else {
                throw Problem("--pid \(name)=…: no target has that name; there are \(names.listed)")
            }
        }
        let tls = UpstreamTLS(trust: trust, identity: identity, spoken: spoken)
        if !named.contains(where: { $0.url.isTLS }), !tls.given.isEmpty {
            throw Problem(
                "\(tls.given.listed) \(tls.given.count == 1 ? "is" : "are") about TLS, and no "
                    + "target speaks it; write tls://host:port")
        }
        var all: [BenchTarget] = []
        for (name, url) in named {
            var upstream = UpstreamSettings(name: name, destination: .endpoints([url.address]))
            if url.isTLS { upstream.tls = try tls.settings(towards: [(url.address, url.text)]) }
            upstream.connectTimeout = load.timeout ?? upstream.connectTimeout
            upstream.handshakeTimeout = trust.handshake ?? upstream.handshakeTimeout
            var target = LoadTarget(name: name, upstream: upstream)
            target.resumes = !self.targets.noResume
            let process = self.targets.processes.first { $0.name == name || $0.name == nil }
            all.append(BenchTarget(target, url: url.text, process: process?.process))
        }
        return all
    }

    private func namedTargets() throws(Problem) -> [(name: String, url: TargetURL)] {
        switch (targets.target, targets.compare.isEmpty) {
        case (let target?, true): return [(target.text, target)]
        case (nil, false): return targets.compare.map { ($0.name, $0.value) }
        case (nil, true):
            throw Problem(
                "\(Self._commandName) needs a target, as in attache bench \(Self._commandName) "
                    + "tcp://127.0.0.1:7000")
        case (_?, false):
            throw Problem(
                "one target, or several with --compare; name the first one too: "
                    + "--compare NAME=\(targets.target?.text ?? "")")
        }
    }
}

extension LoadWork {
    /// There are units, and each ends.
    fileprivate var hasFloor: Bool {
        switch self {
        case .exchange, .connection: true
        case .stall, .flood: false
        }
    }
}

extension BenchJob {
    /// For the report: how long, how many, at which rates.
    fileprivate mutating func describeMeasure() {
        switch measure {
        case .stretch(let pace, let limit):
            if case .time(let time) = limit { plan.duration = time }
            if case .count(let count) = limit { plan.count = count }
            plan.rates = pace.rates
        case .turns(let pace, let slice, let rounds):
            plan.duration = slice * rounds
            plan.rates = pace.rates
        case .memory: break
        case .search(let trial, _, _): plan.duration = trial
        }
    }
}

extension LoadPace {
    fileprivate var rates: [Double] {
        if case .open(let steps) = self { steps.map(\.rate) } else { [] }
    }
}

extension SpanFlags {
    /// How long one works without a pause.
    func stretch(turns: Bool) -> Duration {
        inTurns(turns) ? slice ?? .milliseconds(250) : duration ?? .seconds(10)
    }

    /// Of a single target where it is asked for.
    private func inTurns(_ turns: Bool) -> Bool { turns || slice != nil || rounds != nil }

    /// In one piece, or in turns.
    func measure(_ pace: LoadPace, turns: Bool) throws(Problem) -> BenchJob.Measure {
        guard inTurns(turns) else {
            if let count {
                guard duration == nil else {
                    throw Problem("--duration or --count: leave out one of them")
                }
                return .stretch(pace, .count(UInt64(count)))
            }
            return .stretch(pace, .time(duration ?? .seconds(10)))
        }
        if count != nil {
            throw Problem("targets take turns by time; write --duration or --rounds, not --count")
        }
        let slice = stretch(turns: true)
        if let rounds {
            guard duration == nil else {
                throw Problem("--duration or --rounds: leave out one of them")
            }
            return .turns(pace, slice: slice, rounds: rounds)
        }
        return .turns(
            pace, slice: slice, rounds: max(1, Int((duration ?? .seconds(10)) / slice)))
    }
}

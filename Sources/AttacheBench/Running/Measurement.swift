// SPDX-License-Identifier: Apache-2.0
// One run of `attache bench`: connections open, the warm-up, the measurement, the report.

import AttacheCore

public final class Measurement {
    /// What a terminal shows while work goes on.
    public struct Progress: Sendable {
        /// Since the measurement began, nanoseconds.
        public let elapsed: UInt64
        public let target: String
        /// Since the last one.
        public let latest: LoadSample
    }

    let job: BenchJob
    let run: LoadRun
    private let floor: Floor?
    private let show: (Progress) -> Void
    private let startedWall = Clock.wall()
    /// Of the measurement, after the warm-up.
    private var began: UInt64 = 0
    var reports: [TargetReport]
    var trials: [Trial] = []

    /// Loads certificates and starts threads.
    public init(_ job: BenchJob, floor: Floor? = nil, show: @escaping (Progress) -> Void)
        throws(StartFailure)
    {
        self.job = job
        self.floor = floor
        self.show = show
        run = try LoadRun(job.settings)
        reports = job.targets.map { target in
            var report = TargetReport(name: target.load.name, url: target.url)
            report.process = target.process
            return report
        }
    }

    /// Measures, and closes everything.
    public func measure() -> BenchReport {
        switch job.measure {
        case .stretch(let pace, let limit):
            open()
            warmUp(pace)
            stretch(pace, limit)
        case .turns(let pace, let slice, let rounds):
            open()
            warmUp(pace)
            turns(pace, slice: slice, rounds: rounds)
        case .memory(let low, let settle):
            began = Clock.now()
            memory(low: low, settle: settle)
        case .search(let trial, let from, let upTo):
            open()
            warmUp(.closed)
            began = Clock.now()
            search(trial: trial, from: from, upTo: upTo)
        }
        run.end()
        var report = BenchReport(
            plan: job.plan, environment: job.environment, started: startedWall, targets: reports)
        report.trials = trials
        report.isInterrupted = run.isInterrupted
        report.floor = floor
        report.warnings = missingProcesses
        for target in reports {
            report.warnings += floor?.warnings(about: target, in: job.plan) ?? []
        }
        return report
    }

    private var missingProcesses: [String] {
        job.targets.compactMap { target in
            guard let process = target.process, ProcessMeter(process).cpu == nil else { return nil }
            return "there is no process \(process) any more, so what \(target.load.name) used is "
                + "not known"
        }
    }

    // MARK: before the measurement

    /// Connections that stay are open before anything is timed; failures count all the same.
    private func open() {
        guard !job.work.isOfNewConnections else { return }
        for index in job.targets.indices {
            let dials = run.open(target: index, connections: job.plan.connections)
            reports[index].total.addDials(dials)
        }
    }

    private func warmUp(_ pace: LoadPace) {
        guard job.plan.warmUp > .zero else { return }
        for index in job.targets.indices {
            _ = run.work(target: index, pace: pace, limit: .time(job.plan.warmUp))
        }
    }

    // MARK: measuring

    private func stretch(_ pace: LoadPace, _ limit: LoadLimit) {
        reopenFlood(0)
        began = Clock.now()
        let interval = interval(of: limit)
        var round = 0
        var before = cpu(of: 0)
        _ = run.work(target: 0, pace: pace, limit: limit, every: interval) { sample in
            let now = cpu(of: 0)
            note(sample, target: 0, round: round, cpu: used(before, now))
            before = now
            round += 1
        }
    }

    /// A second, or a tenth of what is shorter than ten.
    private func interval(of limit: LoadLimit) -> Duration {
        guard case .time(let time) = limit else { return .seconds(1) }
        return min(.seconds(1), max(time / 10, .milliseconds(50)))
    }

    private func turns(_ pace: LoadPace, slice: Duration, rounds: Int) {
        began = Clock.now()
        for round in 0..<rounds {
            for turn in job.targets.indices {
                if run.isInterrupted { return }
                let target = (turn + round) % job.targets.count
                reopenFlood(target)
                let before = cpu(of: target)
                let sample = run.work(target: target, pace: pace, limit: .time(slice))
                note(sample, target: target, round: round, cpu: used(before, cpu(of: target)))
            }
        }
    }

    /// A flood has no quiet moment to end in, so its connections end with each stretch.
    private func reopenFlood(_ target: Int) {
        guard case .flood = job.work else { return }
        let dials = run.open(target: target, connections: job.plan.connections)
        reports[target].total.addDials(dials)
    }

    func note(_ sample: LoadSample, target: Int, round: Int, cpu: UInt64?) {
        let elapsed = Clock.now() - began
        reports[target].total.add(sample)
        reports[target].slices.append(
            Slice(
                round: round, start: elapsed - min(elapsed, sample.elapsed), sample: sample,
                cpu: cpu))
        show(Progress(elapsed: elapsed, target: job.targets[target].load.name, latest: sample))
    }

    private func cpu(of target: Int) -> UInt64? {
        job.targets[target].process.flatMap { ProcessMeter($0).cpu }
    }

    private func used(_ before: UInt64?, _ after: UInt64?) -> UInt64? {
        guard let before, let after else { return nil }
        return after - min(after, before)
    }
}

extension LoadWork {
    /// Each unit dials for itself.
    var isOfNewConnections: Bool {
        if case .connection = self { true } else { false }
    }
}

extension LoadSample {
    /// How dials before the measurement went; no time of the measurement passed.
    fileprivate mutating func addDials(_ dials: LoadSample) {
        var dials = dials
        dials.elapsed = 0
        add(dials)
    }
}

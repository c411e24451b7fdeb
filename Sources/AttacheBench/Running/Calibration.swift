// SPDX-License-Identifier: Apache-2.0
// What the generator itself takes: the same work against a service of its own, nothing between.

import AttacheCore

extension Measurement {
    /// Long enough for thousands of units; the figures are bounds, not results.
    private static let duration = Duration.seconds(1)

    /// The floor of this machine and generator for that job, in plaintext over loopback.
    public static func calibrate(_ job: BenchJob) throws(StartFailure) -> Floor {
        let service = try LoadService(threads: 1)
        defer { service.end() }
        let upstream = UpstreamSettings(
            name: "floor", destination: .endpoints([service.address]))
        var settings = LoadSettings(
            targets: [LoadTarget(name: "floor", upstream: upstream)], work: job.work.generated,
            connections: job.plan.connections, threads: job.plan.threads)
        settings.timeout = job.timeout
        let run = try LoadRun(settings)
        defer { run.end() }
        if !job.work.isOfNewConnections {
            _ = run.open(target: 0, connections: settings.connections)
        }
        _ = run.work(target: 0, pace: .closed, limit: .time(duration / 4))
        let closed = run.work(target: 0, pace: .closed, limit: .time(duration))
        if run.isInterrupted {
            throw StartFailure(message: "interrupted while calibrating", exitCode: 130)
        }
        let highest = closed.perSecond(job.plan.mode.work(of: closed))
        // At the rate that will be asked for, a service is not as busy as it can be.
        guard let rate = job.plan.rates.max(), rate < highest else {
            return Floor(rate: highest, p50: closed.latency.value(at: 50))
        }
        let pace = LoadPace.open([.init(rate: rate, lasts: duration)])
        let open = run.work(target: 0, pace: pace, limit: .time(duration))
        return Floor(rate: highest, p50: open.latency.value(at: 50))
    }
}

extension Floor {
    /// What is to be said of a target that comes near it.
    func warnings(about target: TargetReport, in plan: BenchReport.Plan) -> [String] {
        let total = target.total
        guard total.done > 0 else { return [] }
        var warnings: [String] = []
        let rate = total.perSecond(plan.mode.work(of: total))
        if rate > self.rate / 2 {
            warnings.append(
                "\(target.name): \(plan.mode.rateText(rate)) is more than half of what this "
                    + "generator does with nothing in between (\(plan.mode.rateText(self.rate))); "
                    + "it may be the generator that is measured (more --threads?)")
        }
        let p50 = total.latency.value(at: 50)
        if p50 < self.p50 * 2, plan.mode != .stream {
            warnings.append(
                "\(target.name): p50 \(Figures.time(p50)) is less than twice the generator's own "
                    + "(\(Figures.time(self.p50))); much of it is the generator's")
        }
        return warnings
    }
}

extension LoadWork {
    /// The same amounts for a service that answers what it is asked for.
    fileprivate var generated: LoadWork {
        switch self {
        case .exchange(let exchange): .exchange(exchange.generated)
        case .connection(let exchange): .connection(exchange?.generated)
        case .stall(let exchange): .stall(exchange.generated)
        case .flood: self
        }
    }
}

extension Exchange {
    fileprivate var generated: Exchange {
        guard case .bytes(let bytes) = request else { return self }
        let up = max(UInt64(bytes.count), UInt64(WorkOrder.byteCount))
        return switch answer {
        case .bytes(let down): Exchange(up: up, down: down, seed: 1)
        case .line: Exchange(up: up, down: up, seed: 1)
        }
    }
}

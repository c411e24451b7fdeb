// SPDX-License-Identifier: Apache-2.0
// What one target did, as text: latency, stages, counts, errors, cost.

import AttacheCore

/// The percentiles that every kind of output names.
enum Percentiles {
    /// wrk2's.
    static let all = [50, 75, 90, 99, 99.9, 99.99, 99.999, 100]
    static let ofStages = [50, 90, 99, 100.0]
}

struct SummaryOfTarget {
    private let target: TargetReport
    private let plan: BenchReport.Plan
    private var total: LoadSample { target.total }

    init(_ target: TargetReport, _ plan: BenchReport.Plan) {
        self.target = target
        self.plan = plan
    }

    var lines: [String] { latency + stages + counts + errors + costs }

    private var latency: [String] {
        guard !total.latency.isEmpty else { return [] }
        var lines = ["  Latency Distribution (HdrHistogram - Recorded Latency)"]
        if plan.isOpen {
            lines.append(
                "  and beside it: "
                    + "Uncorrected Latency (measured without taking delayed starts into account)")
        }
        for percentile in Percentiles.all {
            var line = (Figures.fixed(percentile, decimals: 3) + "%").right(9)
            line += Figures.time(total.latency.value(at: percentile)).right(11)
            if plan.isOpen {
                let began = total.service
                line += (began.isEmpty ? "-" : Figures.time(began.value(at: percentile))).right(13)
            }
            lines.append(line)
        }
        return lines + [
            "  mean \(Figures.time(total.latency.mean)), "
                + "deviation \(Figures.time(total.latency.standardDeviation)), "
                + "min \(Figures.time(total.latency.min))"
        ]
    }

    private var stages: [String] {
        let known = LoadSample.Stage.allCases.filter { total.stages[$0]?.isEmpty == false }
        guard plan.mode == .connect, !known.isEmpty else { return [] }
        var table = TextTable(["stage", "p50", "p90", "p99", "max"])
        table.rows = known.map { stage in
            let times = total.stages[stage] ?? LatencyHistogram()
            return [stage.rawValue]
                + Percentiles.ofStages.map { Figures.time(times.value(at: $0)) }
        }
        return ["  Stages of a dial"] + table.lines
    }

    private var counts: [String] {
        let mode = plan.mode
        let isNothing = total.done + total.failed + total.bytesUp + total.bytesDown == 0
        var lines = isNothing ? ["  Nothing was done."] : []
        if mode != .stream, mode != .idle, !isNothing {
            lines.append(
                "  \(Figures.grouped(total.done)) \(mode.units) in \(Figures.time(total.elapsed)), "
                    + "\(Figures.size(Double(total.bytesUp))) sent, "
                    + "\(Figures.size(Double(total.bytesDown))) received")
        }
        if total.unsent > 0 {
            lines.append("  Unsent: \(Figures.grouped(total.unsent)) were due and never begun")
        }
        if mode != .stream, mode != .idle, !isNothing {
            lines.append("\(mode.units.capitalised)/sec:".left(14) + " " + perSecond)
        }
        if mode != .idle, !isNothing { lines.append("Transfer/sec:".left(14) + " " + transfer) }
        if total.connections > 0 { lines.append(connections) }
        return lines
    }

    private var perSecond: String { Figures.fixed(total.rate, decimals: 2) }

    private var transfer: String {
        let up = total.perSecond(Double(total.bytesUp))
        let down = total.perSecond(Double(total.bytesDown))
        return "\(Figures.throughput(up)) up, \(Figures.throughput(down)) down"
    }

    private var connections: String {
        let made = "\(Figures.grouped(total.connections)) connected"
        guard let tls = total.tls else { return "  \(made), plaintext" }
        let share = Double(total.resumed) / Double(total.connections)
        return "  \(made), \(tls), \(Figures.percent(share)) resumed"
    }

    private var errors: [String] {
        guard total.failed > 0 else { return [] }
        let share = Figures.percent(target.errorShare)
        return ["  Errors: \(Figures.grouped(total.failed)) (\(share))"]
            + target.errorsByCount.map { kind, trouble in
                "    \(kind): \(Figures.grouped(trouble.count)), first: \(trouble.example)"
            }
    }

    private var costs: [String] {
        var lines: [String] = []
        if let cpu = target.cpu(perUnitOf: plan.mode) {
            let process = target.process.map { " of process \($0)" } ?? ""
            lines.append("  CPU\(process): \(Figures.time(cpu)) for a \(plan.mode.unit)")
        }
        guard !target.memory.isEmpty else { return lines }
        var table = TextTable(["connections", "anonymous"])
        table.rows = target.memory.map {
            [Figures.grouped(UInt64(clamping: $0.connections)), Figures.size(Double($0.anonymous))]
        }
        lines += ["  Memory of the process"] + table.lines
        if let each = target.memoryPerConnection {
            lines.append("  An idle connection costs \(Figures.size(each))")
        }
        return lines
    }
}

extension String {
    var capitalised: String { prefix(1).uppercased() + dropFirst() }
}

// SPDX-License-Identifier: Apache-2.0
// The text at the end of a run, in the habit of wrk2.

import AttacheCore

public enum Summary {
    /// Lines for people, with a line end behind each: what was done to what, each target's
    /// latency, counts and errors, the comparison, the search, and last what to be wary of.
    public static func text(_ report: BenchReport) -> String {
        var lines = header(report)
        for target in report.targets {
            lines.append("")
            if report.targets.count > 1 { lines.append("\(target.name): \(target.url)") }
            lines += SummaryOfTarget(target, report.plan).lines
        }
        if report.targets.count > 1 { lines += [""] + comparison(report) }
        if !report.trials.isEmpty { lines += [""] + search(report) }
        if !report.warnings.isEmpty || report.isInterrupted { lines.append("") }
        if report.isInterrupted {
            lines.append("Interrupted: this is what was measured until then.")
        }
        lines += report.warnings.map { "warning: \($0)" }
        return lines.map { LogText.lines($0) + "\n" }.joined()
    }

    private static func header(_ report: BenchReport) -> [String] {
        let (plan, environment) = (report.plan, report.environment)
        var lines = ["Running \(plan.mode.rawValue): \(plan.summary)"]
        if report.targets.count == 1, let target = report.targets.first {
            lines.append("  \(target.url)")
        }
        lines.append("  \(plan.extent)")
        lines.append(
            "  \(TimeText.rfc3339(seconds: report.started / 1_000_000_000)), "
                + "\(environment.program), \(environment.tlsLibrary)")
        lines.append("  \(environment.machine)")
        if let floor = report.floor {
            lines.append(
                "  The generator's own floor: \(plan.mode.rateText(floor.rate)), "
                    + "p50 \(Figures.time(floor.p50))")
        }
        return lines
    }

    private static func comparison(_ report: BenchReport) -> [String] {
        let mode = report.plan.mode
        let comparison = Comparison(report)
        var table = TextTable(["", "rate", "p50", "p99", "CPU/\(mode.unit)", "memory each"])
        table.rows = report.targets.map { target in
            let total = target.total
            let times = [50.0, 99].map {
                total.latency.isEmpty ? "" : Figures.time(total.latency.value(at: $0))
            }
            return [target.name, mode.rateText(total.perSecond(mode.work(of: total)))] + times + [
                target.cpu(perUnitOf: mode).map { Figures.time($0) } ?? "",
                target.memoryPerConnection.map(Figures.size) ?? "",
            ]
        }
        let compared = comparison.rows.filter { !$0.ratios.isEmpty }
        guard !compared.isEmpty else { return ["  Comparison"] + table.lines }
        let header = Comparison.Figure.allCases.map { figure in
            let base = compared.compactMap { $0.ratios[figure]?.base }.first ?? ""
            return "\(figure.title(in: mode)) x \(base)"
        }
        var ratios = TextTable([""] + header)
        ratios.rows = compared.map { row in
            [row.name] + Comparison.Figure.allCases.map { row.ratios[$0]?.text ?? "" }
        }
        let rounds = compared.flatMap { $0.ratios.values.map(\.rounds) }.max() ?? 0
        return ["  Comparison"] + table.lines + [
            "", "  Ratios within a round, median of \(rounds) (lowest-highest)",
        ] + ratios.lines
    }

    private static func search(_ report: BenchReport) -> [String] {
        var table = TextTable(["tried", "achieved", "p50", "p99", "errors", ""])
        table.rows = report.trials.map { trial in
            [
                Figures.rate(trial.rate), Figures.rate(trial.achieved), Figures.time(trial.p50),
                Figures.time(trial.p99), Figures.grouped(trial.failed),
                trial.isGood ? "kept" : "not kept",
            ]
        }
        return ["  Search"] + table.lines + ["  " + report.answer]
    }
}

extension BenchReport {
    /// What the search found, in one sentence.
    var answer: String {
        let what = plan.conditions.isEmpty ? "the conditions" : plan.conditions.listed
        guard let best = trials.filter(\.isGood).map(\.rate).max() else {
            return "No rate that was tried kept \(what)."
        }
        return "The highest rate that kept \(what): \(Figures.rate(best))"
    }
}

extension BenchReport.Plan {
    /// What the summary does not say: "at 500/s, 2s warm-up, 30s, seed 7".
    var extent: String {
        var parts: [String] = []
        if !rates.isEmpty { parts.append("at " + rates.map(Figures.rate).listed) }
        if warmUp > .zero { parts.append("\(Figures.time(warmUp)) warm-up") }
        if let duration { parts.append(Figures.time(duration)) }
        if let count { parts.append("\(Figures.grouped(count)) \(mode.units)") }
        return (parts + ["seed \(seed)"]).joined(separator: ", ")
    }
}

extension Environment {
    /// "2 processors, AMD EPYC 7B13, governor performance, Linux 6.1.0".
    var machine: String {
        let governor = governor.map { ", governor \($0)" } ?? ""
        return "\(processors) processor\(processors == 1 ? "" : "s"), \(cpu)\(governor), \(kernel)"
    }
}

extension Comparison.Figure {
    func title(in mode: BenchReport.Mode) -> String {
        self == .cpu ? "CPU/\(mode.unit)" : rawValue
    }
}

extension [String] {
    /// "a", "a and b", "a, b and c".
    var listed: String {
        count < 2 ? first ?? "" : "\(dropLast().joined(separator: ", ")) and \(self[count - 1])"
    }
}

// SPDX-License-Identifier: Apache-2.0
// The tables of a page: everything that the plots show, and more, as figures.

import AttacheCore

struct ReportTables {
    private typealias Cell = Markup.Cell
    private let report: BenchReport
    private var mode: BenchReport.Mode { report.plan.mode }

    init(_ report: BenchReport) { self.report = report }

    private func time(_ nanoseconds: UInt64) -> String { Figures.time(nanoseconds, micro: "µs") }

    private func name(_ index: Int) -> Cell {
        Cell(report.targets[index].name, series: report.targets.count > 1 ? index : nil)
    }

    /// Of several targets; the ratios of the same round to the first stand below the figures.
    var comparison: String {
        guard report.targets.count > 1 else { return "" }
        let comparison = Comparison(report)
        let rows = report.targets.enumerated().map { index, target in
            let ratios = comparison.rows.first { $0.name == target.name }?.ratios ?? [:]
            let latency = target.total.latency
            func cell(_ figure: Comparison.Figure, _ text: String?) -> Cell {
                let ratio = ratios[figure]
                return Cell(
                    text ?? "",
                    note: ratio.map { "×" + $0.html(otherThan: report.targets[0].name) } ?? "",
                    style: ratio.map { $0.style(figure) } ?? "")
            }
            return [
                name(index),
                cell(.rate, mode.rateText(target.total.perSecond(mode.work(of: target.total)))),
                cell(.p50, latency.isEmpty ? nil : time(latency.value(at: 50))),
                cell(.p99, latency.isEmpty ? nil : time(latency.value(at: 99))),
                cell(.cpu, target.cpu(perUnitOf: mode).map { Figures.time($0, micro: "µs") }),
                Cell(target.memoryPerConnection.map(Figures.size) ?? ""),
                Cell(Figures.grouped(target.total.failed)),
            ]
        }
        return Markup.table(
            "Below each figure: how many times that of \(report.targets[0].name), the median over "
                + "the rounds with the lowest and the highest.",
            ["target", "rate", "p50", "p99", "CPU a \(mode.unit)", "memory each", "errors"], rows)
    }

    var latency: String {
        let rows = report.targets.indices.flatMap { index -> [[Cell]] in
            let total = report.targets[index].total
            guard !total.latency.isEmpty else { return [] }
            func row(_ name: Cell, _ times: LatencyHistogram) -> [Cell] {
                [name, Cell(Figures.time(times.mean, micro: "µs"))]
                    + Percentiles.all.map { Cell(time(times.value(at: $0))) }
            }
            guard report.plan.isOpen else { return [row(name(index), total.latency)] }
            var other = name(index)
            other.note = "uncorrected"
            return [row(name(index), total.latency), row(other, total.service)]
        }
        let caption =
            report.plan.isOpen
            ? "From when work was meant to begin; uncorrected: from when it really began."
            : "From the first byte out to the last byte of the answer."
        let header =
            ["target", "mean"]
            + Percentiles.all.map {
                $0 == 100 ? "max" : "\(Figures.plain($0))%"
            }
        return Markup.table(mode == .connect ? "Of whole dials." : caption, header, rows)
    }

    var stages: String {
        guard mode == .connect else { return "" }
        return report.targets.map { target in
            let rows = LoadSample.Stage.allCases.compactMap { stage -> [Cell]? in
                guard let times = target.total.stages[stage], !times.isEmpty else { return nil }
                return [Cell(stage.rawValue)]
                    + Percentiles.ofStages.map { Cell(time(times.value(at: $0))) }
            }
            return Markup.table(target.name, ["stage", "p50", "p90", "p99", "max"], rows)
        }.joined()
    }

    var errors: String {
        let rows = report.targets.indices.flatMap { index in
            report.targets[index].errorsByCount.map { kind, trouble in
                [
                    name(index), Cell(kind, style: "left"), Cell(Figures.grouped(trouble.count)),
                    Cell(trouble.example, style: "left"),
                ]
            }
        }
        return Markup.table(
            "Units of work that failed, by kind.", ["target", "kind", "count", "the first"], rows)
    }

    var search: String {
        let rows = report.trials.enumerated().map { index, trial in
            [
                Cell("\(index + 1)"), Cell(Figures.rate(trial.rate)),
                Cell(Figures.rate(trial.achieved)), Cell(time(trial.p50)), Cell(time(trial.p99)),
                Cell(Figures.grouped(trial.failed)),
                trial.isGood ? Cell("kept", style: "good") : Cell("not kept", style: "bad"),
            ]
        }
        let header = ["trial", "rate", "achieved", "p50", "p99", "errors", "conditions"]
        return Markup.table(report.trials.isEmpty ? "" : report.answer, header, rows)
    }

    var memory: String {
        report.targets.map { target in
            let rows = target.memory.map { point in
                [
                    Cell(Figures.grouped(UInt64(clamping: point.connections))),
                    Cell(Figures.size(Double(point.anonymous))),
                ]
            }
            let each = target.memoryPerConnection.map {
                ": \(Figures.size($0)) for a connection"
            }
            return Markup.table(
                target.name + (each ?? ""), ["connections", "anonymous memory"], rows)
        }.joined()
    }
}

extension Comparison.Ratio {
    /// "1.25 (1.10–1.41)"; a base that goes without saying is left out.
    fileprivate func html(otherThan usual: String) -> String {
        let ends = [lowest, highest].map { Figures.fixed($0, decimals: 2) }
        let name = base == usual ? "" : " \(base)"
        return "\(Figures.fixed(median, decimals: 2))\(name) (\(ends.joined(separator: "–")))"
    }

    /// Coloured only where every round says the same.
    fileprivate func style(_ figure: Comparison.Figure) -> String {
        let isHigh = lowest > 1
        guard isHigh || highest < 1 else { return "" }
        return isHigh == figure.isBetterHigh ? "good" : "bad"
    }
}

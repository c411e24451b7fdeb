// SPDX-License-Identifier: Apache-2.0
// The two plots of a report: latency by percentile, and throughput over time.

import AttacheCore

enum Plots {
    /// One line a target, x by what is left to 100 %; of open loops the uncorrected one beside it,
    /// dashed. nil: nothing has a latency.
    static func percentiles(_ report: BenchReport) -> Chart? {
        var series: [Chart.Series] = []
        for (index, target) in report.targets.enumerated() {
            add(target.total.latency, target.name, index, false, to: &series)
            if report.plan.isOpen {
                add(target.total.service, "\(target.name), uncorrected", index, true, to: &series)
            }
        }
        let values = series.flatMap { $0.points.map(\.y) }
        guard let lowest = values.min(), let highest = values.max() else { return nil }
        let label = { (value: Double) in Figures.time(value, micro: "µs") }
        // A tail that is far away would press everything else to the floor.
        let isSpread = highest > 30 * max(lowest, 1)
        return Chart(
            id: "percentiles", title: "Latency by percentile",
            description: report.targets.map(described).joined(separator: " "),
            x: .percentiles(
                through: series.flatMap { $0.points.map { Axis.nines($0.x) } }.max() ?? 1),
            y: isSpread
                ? .logarithmic(from: lowest, to: highest, label: label)
                : .linear(to: highest, label: label),
            xTitle: "percentile", yTitle: isSpread ? "latency, logarithmic" : "latency",
            series: series)
    }

    private static func add(
        _ times: LatencyHistogram, _ name: String, _ colour: Int, _ isDashed: Bool,
        to series: inout [Chart.Series]
    ) {
        guard !times.isEmpty else { return }
        // 100 % is infinitely far: the slowest of n stands where 1/n is left.
        let last = 100 * (1 - 1 / Double(max(times.count, 10)))
        let before = times.steps.last { $0.percentile < 100 }?.percentile ?? 0
        let points = times.steps.map { step in
            Chart.Point(
                x: step.percentile < 100 ? step.percentile : max(last, before),
                y: Double(step.value),
                place: step.percentile < 100 ? percent(step.percentile) : "max",
                what: Figures.time(step.value, micro: "µs"))
        }
        series.append(Chart.Series(name: name, colour: colour, isDashed: isDashed, points: points))
    }

    /// As many digits as the step has nines, and one more.
    private static func percent(_ percentile: Double) -> String {
        let nines = Int(Axis.nines(percentile).rounded(.down))
        return Figures.fixed(percentile, decimals: max(0, min(nines, 7))) + "%"
    }

    private static func described(_ target: TargetReport) -> String {
        let parts = [50, 99, 99.9, 100].map { percentile in
            let value = Figures.time(target.total.latency.value(at: percentile), micro: "µs")
            return percentile == 100 ? "at most \(value)" : "\(Figures.plain(percentile))% \(value)"
        }
        return "\(target.name): \(parts.joined(separator: ", "))."
    }

    /// One line a target, a point a slice. nil: there are no two slices of any target.
    static func throughput(_ report: BenchReport) -> Chart? {
        let mode = report.plan.mode
        let series = report.targets.enumerated().map { index, target in
            Chart.Series(
                name: target.name, colour: index, showsPoints: target.slices.count <= 60,
                points: target.slices.filter { $0.elapsed > 0 }.map { point($0, mode) })
        }.filter { !$0.points.isEmpty }
        guard series.contains(where: { $0.points.count > 1 }) else { return nil }
        let all = series.flatMap(\.points)
        let end = report.targets.flatMap { $0.slices.map { $0.start + $0.elapsed } }.max() ?? 1
        let isBytes = mode == .stream
        return Chart(
            id: "throughput", title: "Throughput over time",
            description: series.map { line in
                let rates = line.points.map(\.y)
                return "\(line.name): between \(mode.rateText(rates.min() ?? 0)) and "
                    + "\(mode.rateText(rates.max() ?? 0))."
            }.joined(separator: " "),
            x: .linear(to: Double(end), endsAtTick: false) {
                $0 == 0 ? "0" : Figures.time($0, micro: "µs")
            },
            y: .linear(to: all.map(\.y).max() ?? 1) {
                Figures.compact($0 * (isBytes ? 1e9 : 1))
            },
            xTitle: "time", yTitle: isBytes ? "bytes a second" : "\(mode.units) a second",
            series: series, height: 260)
    }

    private static func point(_ slice: Slice, _ mode: BenchReport.Mode) -> Chart.Point {
        let rate = mode.work(of: slice) * 1e9 / Double(slice.elapsed)
        let failed = slice.failed > 0 ? ", \(Figures.grouped(slice.failed)) failed" : ""
        let middle = Double(slice.start) + Double(slice.elapsed) / 2
        return Chart.Point(
            x: middle, y: rate, place: Figures.time(middle, micro: "µs"),
            what: mode.rateText(rate) + failed, isTrouble: slice.failed > 0)
    }
}

extension Figures {
    /// 20,000 as "20k": for axes.
    static func compact(_ value: Double) -> String {
        for (size, letter) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where value >= size * 0.9995 {
            let text = significant(value / size)
            return (text.hasSuffix("0") && text.contains(".") ? String(text.dropLast()) : text)
                + letter
        }
        return significant(value)
    }
}

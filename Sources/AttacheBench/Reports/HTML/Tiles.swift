// SPDX-License-Identifier: Apache-2.0
// The figures that one looks for first, large.

import AttacheCore

struct Tiles {
    private let report: BenchReport
    private var mode: BenchReport.Mode { report.plan.mode }

    init(_ report: BenchReport) { self.report = report }

    var html: String {
        let tiles = titles.compactMap { title, value in tile(title, value) }
        return "<div class=\"tiles\(isSingle ? "" : " many")\">\n\(found)\(tiles.joined())</div>\n"
    }

    private var isSingle: Bool { report.targets.count < 2 }

    /// The answer of a search.
    private var found: String {
        guard mode == .search else { return "" }
        let best = report.trials.filter(\.isGood).map(\.rate).max()
        let text = best.map(Figures.rate) ?? "none"
        return "<div class=\"tile\"><h2>highest rate kept</h2><strong>\(text)</strong></div>\n"
    }

    private var titles: [(String, (TargetReport) -> String?)] {
        let times = [("p50", 50.0), ("p99", 99), ("p99.9", 99.9)].map { name, percentile in
            let value = { (target: TargetReport) -> String? in
                let latency = target.total.latency
                return latency.isEmpty
                    ? nil : Figures.time(latency.value(at: percentile), micro: "µs")
            }
            return (name, value)
        }
        return [(mode == .search ? "last rate" : "rate", { rate($0) })] + times + [
            ("memory each", { $0.memoryPerConnection.map(Figures.size) }),
            ("CPU a \(mode.unit)", { cpu($0) }),
            ("errors", { errors($0) }),
            ("unsent", { $0.total.unsent == 0 ? nil : Figures.grouped($0.total.unsent) }),
        ]
    }

    private func rate(_ target: TargetReport) -> String? {
        if mode == .idle { return nil }
        return mode.rateText(target.total.perSecond(mode.work(of: target.total)))
    }

    private func cpu(_ target: TargetReport) -> String? {
        target.cpu(perUnitOf: mode).map { Figures.time($0, micro: "µs") }
    }

    private func errors(_ target: TargetReport) -> String? {
        let count = Figures.grouped(target.total.failed)
        return target.errorShare == 0 ? count : "\(count) (\(Figures.percent(target.errorShare)))"
    }

    /// Of several targets a line each.
    private func tile(_ title: String, _ value: (TargetReport) -> String?) -> String? {
        let values = report.targets.enumerated().map { ($0.offset, $0.element, value($0.element)) }
        guard values.contains(where: { $0.2 != nil }) else { return nil }
        let isBad = title == "errors" && report.targets.contains { $0.total.failed > 0 }
        let lines = values.map { index, target, value -> String in
            let text = Markup.text(value ?? "–")
            if isSingle { return "<strong>\(text)</strong>" }
            return "<p>\(Markup.swatch(index))<span>\(Markup.text(target.name))</span> "
                + "<strong>\(text)</strong></p>"
        }
        return "<div class=\"tile\(isBad ? " bad" : "")\"><h2>\(Markup.text(title))</h2>"
            + "\(lines.joined())</div>\n"
    }
}

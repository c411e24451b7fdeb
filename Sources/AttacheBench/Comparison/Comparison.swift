// SPDX-License-Identifier: Apache-2.0
// Targets of one interleaved run beside each other: ratios within a round, where the machine was
// in the same mood for all of them.

/// The targets beside the first one that has the figure: without a process of its own, `direct`
/// has no CPU, and the first proxy stands in for it.
public struct Comparison: Sendable, Equatable {
    /// What is compared.
    public enum Figure: String, Sendable, CaseIterable {
        /// Nanoseconds of the process's CPU for a unit of work.
        case cpu
        /// Units a second.
        case rate
        /// Nanoseconds.
        case p50, p99

        public var isBetterHigh: Bool { self == .rate }

        /// Of a slice; nil: it has none.
        func value(of slice: Slice, in mode: BenchReport.Mode) -> Double? {
            let work = mode.work(of: slice)
            guard work > 0 else { return nil }
            let value: Double? =
                switch self {
                case .cpu: slice.cpu.map { Double($0) / work }
                case .rate: slice.elapsed == 0 ? nil : work * 1e9 / Double(slice.elapsed)
                case .p50: Double(slice.p50)
                case .p99: Double(slice.p99)
                }
            return value.flatMap { $0 > 0 ? $0 : nil }
        }
    }

    /// How many times the figure of the first target that has it.
    public struct Ratio: Sendable, Equatable {
        /// That target's name.
        public var base: String
        public var median: Double
        public var lowest: Double
        public var highest: Double
        /// In so many rounds both had the figure.
        public var rounds: Int
    }

    public struct Row: Sendable, Equatable {
        public var name: String
        /// None for a figure that never stood on both sides of a round.
        public var ratios: [Figure: Ratio]
    }

    /// Of all targets but the first, in their order.
    public var rows: [Row]

    /// Only slices of the same round meet: a slow spell of the machine then hits both sides.
    public init(_ report: BenchReport) {
        let mode = report.plan.mode
        rows = report.targets.dropFirst().map { Row(name: $0.name, ratios: [:]) }
        for figure in Figure.allCases {
            let values = report.targets.map { figure.values(of: $0, in: mode) }
            guard let base = values.firstIndex(where: { !$0.isEmpty }) else { continue }
            for index in values.indices.dropFirst(base + 1) {
                rows[index - 1].ratios[figure] = Ratio(
                    values[index], to: values[base], report.targets[base].name)
            }
        }
    }
}

extension Comparison.Figure {
    /// By round.
    fileprivate func values(
        of target: TargetReport, in mode: BenchReport.Mode
    ) -> [Int: Double] {
        Dictionary(
            target.slices.compactMap { slice in
                value(of: slice, in: mode).map { (slice.round, $0) }
            }, uniquingKeysWith: { first, _ in first })
    }
}

extension Comparison.Ratio {
    /// nil: they have no round in common.
    fileprivate init?(_ values: [Int: Double], to base: [Int: Double], _ name: String) {
        let ratios = values.compactMap { round, value in base[round].map { value / $0 } }
        guard let median = ratios.median, let lowest = ratios.min(), let highest = ratios.max()
        else { return nil }
        self.init(
            base: name, median: median, lowest: lowest, highest: highest, rounds: ratios.count)
    }

    /// "1.25x (1.10x-1.41x)".
    var text: String {
        "\(Figures.ratio(median)) (\(Figures.ratio(lowest))-\(Figures.ratio(highest)))"
    }
}

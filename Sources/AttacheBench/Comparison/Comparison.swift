// SPDX-License-Identifier: Apache-2.0
// Targets of one interleaved run beside each other: ratios within a round, where the machine was
// in the same mood for all of them.

/// What the first target is compared with, figure by figure.
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

    /// How many times the first target's figure.
    public struct Ratio: Sendable, Equatable {
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

    /// The first target's name; "" without targets.
    public var base: String
    /// Of the others, in their order.
    public var rows: [Row]

    /// Only slices of the same round meet: a slow spell of the machine then hits both sides.
    public init(_ report: BenchReport) {
        base = report.targets.first?.name ?? ""
        let first = report.targets.first?.slices ?? []
        rows = report.targets.dropFirst().map { target in
            Row(
                name: target.name,
                ratios: Self.ratios(of: target.slices, to: first, in: report.plan.mode))
        }
    }

    private static func ratios(
        of slices: [Slice], to base: [Slice], in mode: BenchReport.Mode
    ) -> [Figure: Ratio] {
        var ratios: [Figure: Ratio] = [:]
        let partners = Dictionary(base.map { ($0.round, $0) }) { first, _ in first }
        for figure in Figure.allCases {
            let values = slices.compactMap { slice -> Double? in
                guard let own = figure.value(of: slice, in: mode),
                    let other = partners[slice.round].flatMap({ figure.value(of: $0, in: mode) })
                else { return nil }
                return own / other
            }
            guard let median = values.median, let lowest = values.min(),
                let highest = values.max()
            else { continue }
            ratios[figure] = Ratio(
                median: median, lowest: lowest, highest: highest, rounds: values.count)
        }
        return ratios
    }
}

extension Comparison.Ratio {
    /// "1.25x (1.10x-1.41x)".
    var text: String {
        "\(Figures.ratio(median)) (\(Figures.ratio(lowest))-\(Figures.ratio(highest)))"
    }
}

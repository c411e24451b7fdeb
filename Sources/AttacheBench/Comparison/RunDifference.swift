// SPDX-License-Identifier: Apache-2.0
// Two runs of the same plan, before and after: what changed beyond the noise that they measured
// themselves.

/// Rule: of each figure the median of the slices stands for the run. It changed when the medians
/// differ by more than the largest of
/// - three standard errors of their difference, from the median absolute deviation of the slices
///   within each run (one comparison in some four hundred is then wrong by chance);
/// - a hundredth of the older: nobody's machine repeats itself better than that, and slices that
///   share a mood do not show it;
/// - a tenth of the older where either run has fewer than three slices, whose noise nobody knows;
/// - of errors, a thousandth of all that ended.
public struct RunDifference: Sendable {
    public enum Figure: String, Sendable, CaseIterable {
        /// Nanoseconds for a unit.
        case cpu
        /// Units a second.
        case rate
        /// Nanoseconds.
        case p50, p99
        /// 0…1.
        case errors
        /// Bytes a connection.
        case memory
    }

    /// From the older run to the newer one.
    public enum Verdict: String, Sendable {
        case better, worse, same
    }

    public struct Row: Sendable, Equatable {
        public var target: String
        public var figure: Figure
        /// Medians, in the figure's unit.
        public var before: Double
        public var after: Double
        /// Differences up to here mean nothing, in the same unit.
        public var noise: Double
        public var verdict: Verdict
    }

    public var rows: [Row]
    /// What is not the same about the runs, for people.
    public var remarks: [String]
    let unit: String
    let isOfBytes: Bool

    /// - Throws: where the two did different work.
    public init(before: RecordedRun, after: RecordedRun) throws(RecordedRun.Problem) {
        let (old, new) = (before.contents, after.contents)
        guard old.plan.mode == new.plan.mode else {
            throw RecordedRun.Problem(
                description: "\(before.file) measured \(old.plan.mode) and \(after.file) "
                    + "\(new.plan.mode): there is nothing to compare")
        }
        unit = old.plan.unit
        isOfBytes = old.plan.mode == BenchReport.Mode.stream.rawValue
        remarks = Remarks(before, after).texts
        rows = old.targets.flatMap { target in
            new.targets.first { $0.name == target.name }.map { later in
                Figure.allCases.compactMap { Self.row($0, target, later) }
            } ?? []
        }
        if rows.isEmpty {
            throw RecordedRun.Problem(
                description: "\(before.file) and \(after.file) have no target with the same name "
                    + "and a figure in both")
        }
    }

    private static func row(
        _ figure: Figure, _ before: RecordedRun.Target, _ after: RecordedRun.Target
    ) -> Row? {
        let (old, new) = (before.values(of: figure), after.values(of: figure))
        guard let oldMedian = old.median, let newMedian = new.median else { return nil }
        var noise = abs(oldMedian) / 100
        if let oldError = old.medianError, let newError = new.medianError {
            noise = max(noise, 3 * (oldError * oldError + newError * newError).squareRoot())
        } else {
            noise = abs(oldMedian) / 10
        }
        if figure == .errors { noise = max(noise, 0.001) }
        let difference = newMedian - oldMedian
        let isBetter = (difference > 0) == (figure == .rate)
        let verdict: Verdict = abs(difference) <= noise ? .same : isBetter ? .better : .worse
        return Row(
            target: before.name, figure: figure, before: oldMedian, after: newMedian,
            noise: noise, verdict: verdict)
    }

    /// `worse` if anything is, else `better` if anything is.
    public var verdict: Verdict {
        let all = rows.map(\.verdict)
        return all.contains(.worse) ? .worse : all.contains(.better) ? .better : .same
    }
}

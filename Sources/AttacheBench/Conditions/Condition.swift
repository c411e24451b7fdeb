// SPDX-License-Identifier: Apache-2.0
// A bound on what was measured: `--fail-if 'p99>5ms'` says what must not be, `--keep 'p99<5ms'`
// what must.

import AttacheCore

/// A figure, a comparison and a limit. What was not measured is never good: it fails a run for
/// every condition of `--fail-if`, and breaks every one of `--keep`.
public struct Condition: Sendable, Equatable {
    public enum Figure: Sendable, Equatable {
        /// 0…100; nanoseconds, from when work was meant to begin.
        case percentile(Double)
        /// Nanoseconds.
        case mean, max
        /// Units of work a second.
        case rate
        /// Bytes a second, both ways.
        case throughput
        /// How many.
        case errors, unsent
        /// 0…1 of all that ended.
        case errorShare
    }

    public enum Relation: String, Sendable, CaseIterable {
        case below = "<"
        case atMost = "<="
        case above = ">"
        case atLeast = ">="

        func holds(_ value: Double, _ limit: Double) -> Bool {
            switch self {
            case .below: value < limit
            case .atMost: value <= limit
            case .above: value > limit
            case .atLeast: value >= limit
            }
        }
    }

    public let figure: Figure
    public let relation: Relation
    /// In the unit of the figure.
    public let limit: Double
    /// As it was written.
    public let text: String

    /// Of `--fail-if`: why the run has failed, for people ("p99>5ms: it was 7.25ms"); nil: it has
    /// not.
    public func failure(of sample: LoadSample) -> String? {
        guard let value = value(of: sample) else { return "\(text): nothing was measured" }
        return relation.holds(value, limit) ? "\(text): it was \(spelled(value))" : nil
    }

    /// Of `--keep`: why it was not kept; nil: it was.
    public func breach(of sample: LoadSample) -> String? {
        guard let value = value(of: sample) else { return "\(text): nothing was measured" }
        return relation.holds(value, limit) ? nil : "\(text): it was \(spelled(value))"
    }

    /// nil: not measured. Errors are measured when anything ended, what was not sent when anything
    /// was due.
    private func value(of sample: LoadSample) -> Double? {
        let ended = sample.done + sample.failed
        let bytes = Double(sample.bytesUp) + Double(sample.bytesDown)
        guard ended > 0 || sample.unsent > 0 || bytes > 0 else { return nil }
        let latency = sample.latency
        switch figure {
        case .percentile(let percentile):
            return latency.isEmpty ? nil : Double(latency.value(at: percentile))
        case .mean: return latency.isEmpty ? nil : latency.mean
        case .max: return latency.isEmpty ? nil : Double(latency.max)
        case .rate: return sample.elapsed == 0 ? nil : sample.rate
        case .throughput: return sample.elapsed == 0 ? nil : sample.perSecond(bytes)
        case .errors: return Double(sample.failed)
        case .unsent: return Double(sample.unsent)
        case .errorShare: return sample.errorShare
        }
    }

    private func spelled(_ value: Double) -> String {
        switch figure {
        case .percentile, .mean, .max: Figures.time(value)
        case .rate: Figures.rate(value)
        case .throughput: Figures.throughput(value)
        case .errors, .unsent: Figures.grouped(UInt64(clamping: value))
        case .errorShare: Figures.percent(value)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// How long things took: HDR histograms in nanoseconds, as the load generator records them.

import Histogram

/// Exact to three significant digits from 100 ns to an hour; what is longer counts as an hour.
/// A value of 280 KiB: one a thread and kind, merged afterwards. Recording allocates nothing.
public struct LatencyHistogram: Sendable {
    /// A step of the percentile plot.
    public struct Step: Sendable, Equatable {
        /// Nanoseconds: so many or fewer.
        public let value: UInt64
        /// 0…100.
        public let percentile: Double
        /// Values up to and including this step.
        public let count: UInt64
    }

    /// A value is known to this fraction of itself.
    public static let precision = 0.001
    /// An hour, in nanoseconds.
    public static let longest: UInt64 = 3_600_000_000_000
    private var values = Histogram<UInt64>(
        lowestDiscernibleValue: 100, highestTrackableValue: longest)

    public init() {}

    public mutating func record(_ nanoseconds: UInt64) {
        values.record(Swift.min(nanoseconds, Self.longest))
    }

    /// So many of the same.
    mutating func record(_ nanoseconds: UInt64, count: UInt64) {
        values.record(Swift.min(nanoseconds, Self.longest), count: count)
    }

    /// All values of `other` too.
    public mutating func add(_ other: LatencyHistogram) { values.add(other.values) }

    public var count: UInt64 { values.totalCount }
    public var isEmpty: Bool { count == 0 }

    /// Nanoseconds; 0 where there is no value.
    public var min: UInt64 { isEmpty ? 0 : values.min }
    public var max: UInt64 { isEmpty ? 0 : values.max }
    public var mean: Double { isEmpty ? 0 : values.mean }
    public var standardDeviation: Double { isEmpty ? 0 : values.stdDeviation }

    /// Nanoseconds: `percentile` percent of the values are so long or shorter (0…100).
    public func value(at percentile: Double) -> UInt64 {
        isEmpty ? 0 : values.valueAtPercentile(percentile)
    }

    /// Percentiles for a plot, five to each halving of what is left to 100 %.
    public var steps: [Step] {
        values.percentiles(ticksPerHalfDistance: 5).map {
            Step(
                value: $0.value, percentile: $0.percentileLevelIteratedTo,
                count: $0.totalCountToThisValue)
        }
    }

    /// How many values lie in each of the histogram's own ranges that has any: (from, up to and
    /// including, count), nanoseconds.
    public var ranges: [(from: UInt64, through: UInt64, count: UInt64)] {
        values.recordedValues().map { step in
            (
                values.lowestEquivalentForValue(step.value), step.value, step.count
            )
        }
    }

    /// The text of HdrHistogram's plotters, in milliseconds.
    public var hdrText: String {
        var text = ""
        values.outputPercentileDistribution(
            to: &text, outputValueUnitScalingRatio: 1_000_000, percentileTicksPerHalfDistance: 5)
        return text
    }
}

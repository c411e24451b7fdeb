// SPDX-License-Identifier: Apache-2.0
// Scales of a plot: where a value stands, and ticks at 1, 2 and 5 times powers of ten.

import Glibc

struct Axis {
    struct Tick: Equatable {
        /// 0 (left, below) to 1 (right, above).
        var position: Double
        var label: String
        /// Left out where there is little room.
        var isMinor = false
    }
    private enum Scale { case linear, logarithmic, percentiles }

    private let scale: Scale
    private let from: Double
    private let through: Double
    private(set) var ticks: [Tick] = []

    private init(_ scale: Scale, from: Double, through: Double) {
        self.scale = scale
        self.from = from
        self.through = through
    }

    /// 0…1; what lies outside of the axis stands at its end.
    func position(of value: Double) -> Double {
        let place =
            switch scale {
            case .linear: (value - from) / (through - from)
            case .logarithmic: log10(max(value, from) / from) / log10(through / from)
            case .percentiles: Self.nines(value) / through
            }
        return min(max(place, 0), 1)
    }

    /// From 0 to the tick at or above `highest`, in steps of 1, 2 or 5 times a power of ten.
    static func linear(
        to highest: Double, steps: Double = 5, endsAtTick: Bool = true, label: (Double) -> String
    ) -> Axis {
        let highest = highest > 0 ? highest : 1
        let step = ladder(atLeast: highest / steps)
        let count = (highest / step - 1e-9).rounded(endsAtTick ? .up : .down)
        var axis = Axis(.linear, from: 0, through: endsAtTick ? count * step : highest)
        axis.ticks = (0...Int(count)).map { index in
            let value = Double(index) * step
            return Tick(position: axis.position(of: value), label: label(value))
        }
        return axis
    }

    /// Between the steps of 1-2-5 around the values; only powers of ten are ticks when others would
    /// be too many.
    static func logarithmic(
        from lowest: Double, to highest: Double, label: (Double) -> String
    ) -> Axis {
        let from = ladder(atMost: max(lowest, 1e-12))
        let through = max(ladder(atLeast: highest), from * 10)
        var axis = Axis(.logarithmic, from: from, through: through)
        let isWide = through / from > 1500
        var value = from
        while value <= through * 1.001 {
            let isPower = abs(ladder(atMost: value, rungs: [1]) / value - 1) < 1e-6
            if isPower || !isWide {
                axis.ticks.append(Tick(position: axis.position(of: value), label: label(value)))
            }
            value = ladder(atLeast: value * 1.5)
        }
        return axis
    }

    /// 0, 90, 99, 99.9 …: each step leaves a tenth.
    /// - Parameter nines: how many steps; see `nines(_:)`.
    static func percentiles(through nines: Double) -> Axis {
        var axis = Axis(.percentiles, from: 0, through: max(nines, 1))
        let names =
            ["0%", "90%", "99%"] + (1...9).map { "99.\(String(repeating: "9", count: $0))%" }
        axis.ticks = names.enumerated().filter { Double($0.offset) <= axis.through + 0.001 }
            .map { Tick(position: Double($0.offset) / axis.through, label: $0.element) }
        if axis.through <= 6 {
            let half = Tick(position: axis.position(of: 50), label: "50%", isMinor: true)
            axis.ticks.insert(half, at: 1)
        }
        return axis
    }

    /// A percentile as log10(1/(1-p)): 90 is 1, 99 is 2, 100 is infinite.
    static func nines(_ percentile: Double) -> Double { -log10(1 - percentile / 100) }

    /// The smallest of 1, 2, 5 times a power of ten that is not below the value.
    static func ladder(atLeast value: Double) -> Double {
        let power = pow(10, log10(value).rounded(.down))
        let rung = [1, 2, 5].first { $0 * power >= value * 0.999_999 } ?? 10
        return rung * power
    }

    static func ladder(atMost value: Double, rungs: [Double] = [1, 2, 5]) -> Double {
        let power = pow(10, (log10(value) + 1e-9).rounded(.down))
        return (rungs.last { $0 * power <= value * 1.000_001 } ?? 1) * power
    }
}

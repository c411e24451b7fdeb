// SPDX-License-Identifier: Apache-2.0
// Ticks stand at 1, 2 and 5 times powers of ten, and no value leaves its axis.

import Testing

@testable import AttacheBench

struct AxisTests {
    private func labels(_ axis: Axis) -> [String] { axis.ticks.map(\.label) }

    @Test(
        arguments: [
            (1, "0 0.20 0.40 0.60 0.80 1"), (7, "0 2 4 6 8"), (10, "0 2 4 6 8 10"),
            (11, "0 5 10 15"), (0, "0 0.20 0.40 0.60 0.80 1"), (1640, "0 500 1000 1500 2000"),
            (1e-7, "0 0.00 0.00 0.00 0.00 0.00"),
        ] as [(Double, String)])
    func linear(highest: Double, ticks: String) {
        let axis = Axis.linear(to: highest, label: Figures.significant)
        #expect(labels(axis).joined(separator: " ") == ticks)
        #expect(axis.ticks.first?.position == 0)
        #expect(abs((axis.ticks.last?.position ?? 0) - 1) < 1e-9)
        #expect(axis.position(of: highest) <= 1)
        #expect(axis.position(of: highest * 9 + 1) == 1)
    }

    @Test func anAxisThatEndsWithItsValuesHasTicksBelowTheEnd() {
        let axis = Axis.linear(to: 18, endsAtTick: false, label: Figures.significant)
        #expect(labels(axis) == ["0", "5", "10", "15"])
        #expect(axis.position(of: 18) == 1)
    }

    @Test(
        arguments: [
            (58, 3100, "50 100 200 500 1000 2000 5000"), (100, 100, "100 200 500 1000"),
            (1, 2_000_000, "1 10 100 1000 10000 100000 1000000"), (0, 0, ""),
        ] as [(Double, Double, String)])
    func logarithmic(lowest: Double, highest: Double, ticks: String) {
        let axis = Axis.logarithmic(from: lowest, to: highest, label: Figures.significant)
        if !ticks.isEmpty { #expect(labels(axis).joined(separator: " ") == ticks) }
        #expect(axis.ticks.count >= 2 && axis.ticks.count < 12)
        #expect((0...1).contains(axis.position(of: lowest)))
        #expect((0...1).contains(axis.position(of: highest)))
    }

    @Test func everyPercentileStepLeavesATenth() {
        let axis = Axis.percentiles(through: 4)
        #expect(labels(axis) == ["0%", "50%", "90%", "99%", "99.9%", "99.99%"])
        for (percentile, position) in [(0, 0), (90, 0.25), (99, 0.5), (99.99, 1), (100, 1)] {
            #expect(abs(axis.position(of: percentile) - position) < 1e-6, "\(percentile)")
        }
        #expect(labels(Axis.percentiles(through: 0.2)) == ["0%", "50%", "90%"])
        #expect(labels(Axis.percentiles(through: 7)).last == "99.99999%")
    }
}

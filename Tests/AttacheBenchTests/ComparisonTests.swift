// SPDX-License-Identifier: Apache-2.0
// Ratios are taken within a round, and their median is what is told.

import AttacheBench
import AttacheCore
import Testing

struct ComparisonTests {
    private static func slice(
        _ round: Int, done: UInt64, cpu: UInt64? = nil, time: UInt64 = 1000
    ) -> Slice {
        var sample = LoadSample()
        sample.done = done
        sample.elapsed = 1_000_000_000
        sample.latency.record(time)
        return Slice(round: round, start: 0, sample: sample, cpu: cpu)
    }

    private static func report(_ slices: [[Slice]]) -> BenchReport {
        let targets = slices.enumerated().map { index, slices in
            var target = TargetReport(name: "t\(index)", url: "tcp://t")
            target.slices = slices
            return target
        }
        return MadeUp.report(MadeUp.plan(.rr), targets)
    }

    private static func ratio(
        _ figure: Comparison.Figure, _ slices: [[Slice]]
    ) -> Comparison.Ratio? {
        Comparison(report(slices)).rows.last?.ratios[figure]
    }

    @Test func aSlowSpellThatHitsBothSidesOfARoundDoesNotCount() throws {
        // Twice as fast in each round, while the machine's speed varies tenfold.
        let base = [100, 1000, 300].enumerated().map { Self.slice($0.offset, done: $0.element) }
        let twice = [200, 2000, 600].enumerated().map { Self.slice($0.offset, done: $0.element) }
        let ratio = try #require(Self.ratio(.rate, [base, twice]))
        #expect(ratio.median == 2 && ratio.lowest == 2 && ratio.highest == 2)
        #expect(ratio.rounds == 3 && ratio.base == "t0")
    }

    @Test(
        arguments: [
            ([100], 1, 1, 1, 1), ([100, 300], 2, 1, 3, 2), ([100, 300, 900], 3, 1, 9, 3),
            ([100, 100, 100, 900], 1, 1, 9, 4),
        ] as [([UInt64], Double, Double, Double, Int)])
    func theMedianAndTheEnds(
        done: [UInt64], median: Double, lowest: Double, highest: Double, rounds: Int
    ) throws {
        let base = done.indices.map { Self.slice($0, done: 100) }
        // Later rounds first: order does not matter.
        let other = done.enumerated().reversed().map { Self.slice($0.offset, done: $0.element) }
        let ratio = try #require(Self.ratio(.rate, [base, other]))
        #expect(ratio.median == median && ratio.lowest == lowest && ratio.highest == highest)
        #expect(ratio.rounds == rounds)
    }

    @Test func costIsComparedWithTheFirstThatHasAny() throws {
        let direct = [Self.slice(0, done: 10)]
        let one = [Self.slice(0, done: 10, cpu: 1000)]
        let two = [Self.slice(0, done: 20, cpu: 3000)]
        let rows = Comparison(Self.report([direct, one, two])).rows
        #expect(rows.map(\.name) == ["t1", "t2"])
        #expect(rows[0].ratios[.cpu] == nil)
        #expect(rows[1].ratios[.cpu]?.base == "t1")
        #expect(rows[1].ratios[.cpu]?.median == 1.5)
        #expect(rows[1].ratios[.rate]?.base == "t0")
        #expect(rows[1].ratios[.rate]?.median == 2)
    }

    @Test func roundsThatOnlyOneHasAndSlicesWithoutWorkDoNotCount() {
        let base = [Self.slice(0, done: 10), Self.slice(1, done: 0), Self.slice(2, done: 10)]
        let other = [Self.slice(1, done: 10), Self.slice(2, done: 0), Self.slice(3, done: 5)]
        #expect(Self.ratio(.rate, [base, other]) == nil)
        #expect(Comparison(Self.report([])).rows.isEmpty)
        #expect(Comparison(Self.report([base])).rows.isEmpty)
    }
}

// SPDX-License-Identifier: Apache-2.0
// The search for the highest good rate, against services whose knee is known.

import Testing

@testable import AttacheBench

struct BisectionTests {
    /// What is found for a service that is well up to `knee`, and after how many trials.
    private func found(
        knee: Double, first: Double, ceiling: Double? = nil
    ) -> (good: Double, trials: Int) {
        var bisection = Bisection(first: first, ceiling: ceiling)
        var trials = 0
        while let rate = bisection.next {
            trials += 1
            bisection.tried(rate, isGood: rate <= knee)
        }
        return (bisection.good, trials)
    }

    @Test(
        arguments: [
            (1000, 500), (1000, 1000), (1000, 1001), (1000, 8000), (1000, 10), (37, 500),
            (1_000_000, 400_000), (12, 11),
        ] as [(Double, Double)])
    func theKneeIsFoundFromBothSides(knee: Double, first: Double) {
        let (good, trials) = found(knee: knee, first: first)
        #expect(good <= knee)
        #expect(good >= min(knee * (1 - 2 * Bisection.precision), knee - 2), "\(good)")
        #expect(trials <= Bisection.trialsMax)
    }

    @Test func aCeilingIsTriedAndNotPassed() {
        let (good, trials) = found(knee: 1e9, first: 100, ceiling: 350)
        #expect(good == 350)
        #expect(trials == 3)
        #expect(found(knee: 1e9, first: 500, ceiling: 350).good == 350)
    }

    @Test func aServiceThatIsNeverWellIsGivenUp() {
        let (good, trials) = found(knee: 0, first: 5000)
        #expect(good == 0)
        #expect(trials <= Bisection.trialsMax)
    }
}

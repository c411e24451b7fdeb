// SPDX-License-Identifier: Apache-2.0
// The highest rate at which all is well, by halving the distance between a good and a bad one.

/// Asked for the next rate to try, told how it went.
struct Bisection {
    /// The highest rate that was good; 0: none was.
    private(set) var good: Double
    /// The lowest that was bad; nil: none was yet.
    private(set) var bad: Double?
    private let ceiling: Double?
    private var trials = 0

    /// Closer than so much, and the noise of a trial is larger.
    static let precision = 0.03
    static let trialsMax = 16

    /// Begins with `first`; a rate above `ceiling` is not tried.
    init(first: Double, ceiling: Double?) {
        good = 0
        self.first = max(min(first, ceiling ?? first), 1)
        self.ceiling = ceiling
    }

    private let first: Double

    /// nil: it is found.
    var next: Double? {
        if trials == 0 { return first }
        if trials >= Self.trialsMax { return nil }
        guard let bad else {
            // Twice as much until it is too much.
            if let ceiling, good >= ceiling { return nil }
            return min(good * 2, ceiling ?? .infinity)
        }
        if bad - good <= max(bad * Self.precision, 1) { return nil }
        return good == 0 ? bad / 2 : (good + bad) / 2
    }

    mutating func tried(_ rate: Double, isGood: Bool) {
        trials += 1
        if isGood {
            good = max(good, rate)
        } else {
            bad = min(bad ?? rate, rate)
        }
    }
}

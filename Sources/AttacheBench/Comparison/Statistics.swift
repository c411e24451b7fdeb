// SPDX-License-Identifier: Apache-2.0
// Medians: what is typical and how far it strays, whatever the odd slice did.

extension [Double] {
    /// The middle one, or the mean of the two in the middle; nil of none.
    var median: Double? {
        guard !isEmpty else { return nil }
        let ordered = sorted()
        let middle = ordered.count / 2
        return ordered.count % 2 == 1
            ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2
    }

    /// How uncertain the median is: 1.2533 standard errors of the mean of a normal distribution,
    /// whose deviation is 1.4826 median absolute deviations. nil of fewer than three values.
    var medianError: Double? {
        guard count >= 3, let median, let deviation = map({ abs($0 - median) }).median else {
            return nil
        }
        return 1.2533 * 1.4826 * deviation / Double(count).squareRoot()
    }
}

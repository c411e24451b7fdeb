// SPDX-License-Identifier: Apache-2.0
// Kinds of durations.

private let durationPattern = "([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?"
private let durationHint = "Write such as 250ms, 5s, 1m30s or 1h."

extension Kind where Value == Duration {
    /// That cannot be nothing.
    static let duration = scalar(
        Scalar(name: "a duration", hint: durationHint, pattern: "^(?=.)\(durationPattern)$"),
        text: Durations.text, parse: Durations.positive)

    /// Where `0s` means at once.
    static let durationOrZero = scalar(
        Scalar(
            name: "a duration, 0s for at once", hint: durationHint,
            pattern: "^(?=.)\(durationPattern)$"),
        text: Durations.text, parse: Durations.zeroOrMore)
}

extension Kind where Value == Duration? {
    static let timeLimit = scalar(
        Scalar(
            name: "a duration or none", hint: "Write such as 5s, 1m30s, or none for no limit.",
            pattern: "^(none|(?=.)\(durationPattern))$"),
        text: Durations.text
    ) { text throws(Problem) in try TimeLimit.parse(text).duration }
}

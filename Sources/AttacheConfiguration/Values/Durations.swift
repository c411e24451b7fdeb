// SPDX-License-Identifier: Apache-2.0
// Durations as people write them: 250ms, 5s, 1m30s, 1h, and `none` where there may be no limit.

/// A limit of time that may be switched off.
package enum TimeLimit: Sendable, Equatable {
    case none
    case after(Duration)

    package var duration: Duration? {
        switch self {
        case .none: nil
        case .after(let duration): duration
        }
    }

    /// For flags that know `none`.
    package static func parse(_ text: String) throws(Problem) -> TimeLimit {
        if text == "none" { return .none }
        let duration = try Durations.parse(text)
        guard duration > .zero else {
            throw Problem("nothing ends before it began; write none for no limit")
        }
        return .after(duration)
    }
}

package enum Durations {
    /// Largest first, which is also the order in which they are written.
    private static let units = [("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
    /// A year: whoever writes more means `none`, and no sum of such times overflows.
    private static let longest = Duration.seconds(365 * 24 * 3600)

    /// For flags whose time always ends and cannot be nothing.
    package static func positive(_ text: String) throws(Problem) -> Duration {
        if text == "none" {
            throw Problem("this limit cannot be switched off; write a duration such as 10s")
        }
        let duration = try parse(text)
        guard duration > .zero else {
            throw Problem("nothing can be done in no time; write a duration such as 10s")
        }
        return duration
    }

    /// For flags where `0s` means at once.
    package static func zeroOrMore(_ text: String) throws(Problem) -> Duration {
        if text == "none" {
            throw Problem("this limit cannot be switched off; write 0s for at once, or such as 10s")
        }
        return try parse(text)
    }

    package static func parse(_ text: String) throws(Problem) -> Duration {
        if let number = Int(text), number >= 0 {
            throw Problem("it has no unit; write \(number)s, or \(number)ms")
        }
        var total = Duration.zero
        var unitsLeft = units[...]
        var rest = Substring(text)
        repeat {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let name = rest.dropFirst(digits.count).prefix { $0.isLetter }
            guard let count = Int(digits), let unit = unitsLeft.firstIndex(where: { $0.0 == name })
            else {
                throw Problem("it is not a duration; write such as 250ms, 5s, 1m30s or 1h")
            }
            let (milliseconds, overflow) = count.multipliedReportingOverflow(by: units[unit].1)
            total += overflow ? longest : .milliseconds(milliseconds)
            guard !overflow, total <= longest else {
                throw Problem("it is more than a year (8760h)")
            }
            unitsLeft = unitsLeft[(unit + 1)...]
            rest = rest.dropFirst(digits.count + name.count)
        } while !rest.isEmpty
        return total
    }

    /// The way back, for help: the default of a setting, or `none`.
    package static func text(_ duration: Duration?) -> String {
        guard let duration else { return "none" }
        var left = Int(duration / .milliseconds(1))
        var text = ""
        for (name, milliseconds) in units where left >= milliseconds {
            text += "\(left / milliseconds)\(name)"
            left %= milliseconds
        }
        return text.isEmpty ? "0s" : text
    }
}

// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them: three digits that count, and a unit.

/// Digits of the standard library only: no locale, no Foundation.
enum Figures {
    /// Nanoseconds as "640ns", "210us", "1.25ms", "12.5s".
    static func time(_ nanoseconds: Double, micro: String = "us") -> String {
        scaled(nanoseconds, by: 1000, ["ns", micro, "ms", "s"])
    }

    static func time(_ nanoseconds: UInt64, micro: String = "us") -> String {
        time(Double(nanoseconds), micro: micro)
    }

    /// A duration that somebody chose: "30s", "1.5s".
    static func time(_ duration: Duration) -> String {
        time(duration / .nanoseconds(1))
    }

    /// "12 B", "4.5 KiB": what memory is counted in.
    static func size(_ bytes: Double) -> String {
        scaled(bytes, by: 1024, [" B", " KiB", " MiB", " GiB", " TiB"])
    }

    /// "12.5 MB/s": what networks are counted in.
    static func throughput(_ bytesPerSecond: Double) -> String {
        scaled(bytesPerSecond, by: 1000, [" B/s", " kB/s", " MB/s", " GB/s", " TB/s"])
    }

    /// "20,013/s"; below a hundred with decimals.
    static func rate(_ perSecond: Double) -> String {
        (perSecond < 100 ? significant(perSecond) : grouped(UInt64(clamping: perSecond))) + "/s"
    }

    /// 0.0125 as "1.25%"; what is not nothing never looks like it.
    static func percent(_ share: Double) -> String {
        share > 0 && share < 0.0001 ? "<0.01%" : significant(share * 100) + "%"
    }

    /// "1.25x": how many times the first.
    static func ratio(_ value: Double) -> String { fixed(value, decimals: 2) + "x" }

    /// "1,234,567".
    static func grouped(_ count: UInt64) -> String {
        let digits = Array(String(count))
        return digits.indices.map { index in
            let isAfterGroup = index > 0 && (digits.count - index) % 3 == 0
            return (isAfterGroup ? "," : "") + String(digits[index])
        }.joined()
    }

    /// 1.23, 12.3, 123, 1234; whole numbers below a thousand without decimals.
    static func significant(_ value: Double) -> String {
        let size = abs(value)
        if size < 1000, value == value.rounded() { return fixed(value, decimals: 0) }
        return fixed(value, decimals: size < 9.995 ? 2 : size < 99.95 ? 1 : 0)
    }

    /// Rounded to so many places behind the point; "-" for what is no number.
    static func fixed(_ value: Double, decimals: Int) -> String {
        let unit = (0..<decimals).reduce(1.0) { sum, _ in sum * 10 }
        let scaled = (abs(value) * unit).rounded()
        guard scaled < 1e18 else { return value.isFinite ? "\(value)" : "-" }
        let digits = String(UInt64(scaled))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return decimals == 0
            ? sign + padded : "\(sign)\(padded.dropLast(decimals)).\(padded.suffix(decimals))"
    }

    /// The first unit in which the value has no more than three digits before the point.
    private static func scaled(_ value: Double, by step: Double, _ units: [String]) -> String {
        var (value, index) = (value, 0)
        while abs(value) >= step - 0.5, index < units.count - 1 {
            value /= step
            index += 1
        }
        return significant(value) + units[index]
    }
}

extension UInt64 {
    /// Rounded; below 0 and no number at all are 0, what is too large is the largest.
    init(clamping value: Double) {
        let rounded = value.rounded()
        self = rounded > 0 ? (rounded < 0x1p63 ? UInt64(rounded) : UInt64(Int64.max)) : 0
    }
}

extension String {
    /// Blanks before it, up to so many columns; one that is longer stays whole.
    func right(_ width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - count)) + self
    }

    /// Blanks behind it.
    func left(_ width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Reads a condition as it stands on a command line: figure, comparison, limit.

extension Condition {
    /// What is wrong with it, for people.
    public struct Mistake: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    private static let figures: [(name: String, figure: Figure)] = [
        ("mean", .mean), ("max", .max), ("rate", .rate), ("throughput", .throughput),
        ("errors", .errors), ("unsent", .unsent),
    ]
    private static let times: [(unit: String, factor: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9),
    ]
    private static let sizes: [(unit: String, factor: Double)] = [
        ("B/s", 1), ("kB/s", 1e3), ("MB/s", 1e6), ("GB/s", 1e9),
        ("KiB/s", 1024), ("MiB/s", 1_048_576), ("GiB/s", 1_073_741_824),
    ]

    /// "p99>5ms", "p99.9 > 10ms", "mean>=1.5ms", "max>1s", "errors>0", "errors>0.1%",
    /// "rate<1000", "throughput<1GB/s", "unsent>0"; blanks do not count.
    public init(_ text: String) throws(Mistake) {
        let packed = text.filter { $0 != " " }
        guard let sign = packed.firstIndex(where: { "<>=".contains($0) }) else {
            throw Mistake("\"\(text)\" compares nothing: write it like p99>5ms or rate<1000")
        }
        let symbol = packed[sign...].prefix { "<>=".contains($0) }
        guard let relation = Relation(rawValue: String(symbol)) else {
            throw Mistake("\"\(text)\" compares with \"\(symbol)\": <, <=, > and >= are there")
        }
        let limit = packed[symbol.endIndex...]
        var figure = try Self.figure(String(packed[..<sign]), in: text)
        if figure == .errors, limit.hasSuffix("%") { figure = .errorShare }
        guard let amount = Self.amount(limit, of: figure) else {
            throw Mistake("\"\(text)\": \"\(limit)\" is no limit: \(Self.wanted(by: figure))")
        }
        self.init(figure: figure, relation: relation, limit: amount, text: text)
    }

    private static func figure(_ name: String, in text: String) throws(Mistake) -> Figure {
        if let known = figures.first(where: { $0.name == name }) { return known.figure }
        guard name.hasPrefix("p"), let percentile = Figures.number(name.dropFirst()) else {
            throw Mistake(
                "\"\(text)\" begins with \"\(name)\", which is no figure: p50, p99.9 and other "
                    + "percentiles, mean, max, rate, throughput, errors and unsent are")
        }
        guard percentile <= 100 else {
            throw Mistake("\"\(text)\": percentiles end at 100")
        }
        return .percentile(percentile)
    }

    private static func amount(_ limit: Substring, of figure: Figure) -> Double? {
        switch figure {
        case .percentile, .mean, .max: return amount(limit, in: times)
        case .throughput: return amount(limit, in: sizes)
        case .rate:
            return Figures.number(limit.hasSuffix("/s") ? limit.dropLast(2) : limit)
        case .errors, .unsent: return Figures.number(limit)
        case .errorShare:
            return Figures.number(limit.dropLast()).flatMap { $0 <= 100 ? $0 / 100 : nil }
        }
    }

    /// A number and one of the units; 0 needs none.
    private static func amount(
        _ limit: Substring, in units: [(unit: String, factor: Double)]
    ) -> Double? {
        let digits = limit.prefix { $0.isNumber || $0 == "." }
        guard let number = Figures.number(digits) else { return nil }
        let unit = limit[digits.endIndex...]
        if unit.isEmpty { return number == 0 ? 0 : nil }
        return units.first { $0.unit == unit }.map { number * $0.factor }
    }

    private static func wanted(by figure: Figure) -> String {
        switch figure {
        case .percentile, .mean, .max: "a time like 5ms, 250us or 1.5s"
        case .rate: "units a second like 1000 or 1000/s"
        case .throughput: "bytes a second like 100MB/s or 1.5GiB/s"
        case .errors: "a count like 0 or a share like 0.1%"
        case .errorShare: "a share like 0.1%"
        case .unsent: "a count like 0"
        }
    }
}

extension Condition.Mistake {
    init(_ description: String) { self.init(description: description) }
}

extension Figures {
    /// Digits, and perhaps a point among them: no sign, exponent, "inf" or "nan".
    static func number(_ text: Substring) -> Double? {
        let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e }
        return isPlain && text.utf8.first != 0x2e && text.utf8.last != 0x2e ? Double(text) : nil
    }

    /// 99 as "99", 99.9 as "99.9".
    static func plain(_ value: Double) -> String {
        value == value.rounded() ? fixed(value, decimals: 0) : "\(value)"
    }
}

// SPDX-License-Identifier: Apache-2.0
// Sizes, spans and shares at a glance.

enum HumanText {
    /// `512 B`, `1.2 MiB`, `340 GiB`: two to four digits, cut and not rounded.
    static func bytes(_ count: UInt64) -> String {
        if count < 1024 { return "\(count) B" }
        var unit: UInt64 = 1024
        for name in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] {
            let whole = count / unit
            if whole < 1024 || name == "EiB" {
                let tenth = count % unit / (unit / 10 + 1)
                return whole < 10 ? "\(whole).\(min(tenth, 9)) \(name)" : "\(whole) \(name)"
            }
            unit *= 1024
        }
        return "\(count) B"
    }

    /// `350ms`, `12s`, `4m30s`, `2h5m`, `3d4h`: the two largest units, cut.
    static func span(_ nanoseconds: UInt64) -> String {
        let seconds = nanoseconds / 1_000_000_000
        if seconds == 0 { return "\(nanoseconds / 1_000_000)ms" }
        let parts = [
            (seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"),
            (seconds % 60, "s"),
        ].drop { $0.0 == 0 }
        return parts.prefix(2).filter { $0.0 != 0 }.map { "\($0.0)\($0.1)" }.joined()
    }

    /// `97%`, cut; `-` of nothing.
    static func share(_ part: UInt64, of all: UInt64) -> String {
        all == 0 ? "-" : "\(part * 100 / all)%"
    }

    /// `1 session`, `2 sessions`
    static func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }
}

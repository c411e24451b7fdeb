// SPDX-License-Identifier: Apache-2.0
// Nanoseconds as people and machines read them: RFC 3339, milliseconds, seconds.

package enum TimeText {
    private static let second: UInt64 = 1_000_000_000
    private static let day: UInt64 = 86_400

    /// Nanoseconds since 1970 as "2026-11-25T18:37:07.123Z"; cut, not rounded, to milliseconds.
    package static func rfc3339(_ nanoseconds: UInt64) -> String {
        timeOfDay(seconds: nanoseconds / second)
            + "." + padded(nanoseconds % second / 1_000_000, 3) + "Z"
    }

    /// Seconds since 1970 as "2026-11-25T18:37:07Z".
    package static func rfc3339(seconds: UInt64) -> String { timeOfDay(seconds: seconds) + "Z" }

    private static func timeOfDay(seconds: UInt64) -> String {
        let (year, month, date) = calendar(days: seconds / day)
        let time = seconds % day
        let (hour, minute) = (time / 3600, time / 60 % 60)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(date, 2)
            + "T" + padded(hour, 2) + ":" + padded(minute, 2) + ":" + padded(time % 60, 2)
    }

    /// "1204.113": milliseconds for JSON, rounded to three decimals.
    package static func milliseconds(_ nanoseconds: UInt64) -> String {
        thousandths(rounded(nanoseconds, to: 1_000))
    }

    /// "1.204s" from a second on, "4.113ms" below.
    static func elapsed(_ nanoseconds: UInt64) -> String {
        let microseconds = rounded(nanoseconds, to: 1_000)
        if microseconds < 1_000_000 { return thousandths(microseconds) + "ms" }
        return thousandths(rounded(nanoseconds, to: 1_000_000)) + "s"
    }

    private static func rounded(_ value: UInt64, to unit: UInt64) -> UInt64 {
        value / unit + (value % unit >= unit / 2 ? 1 : 0)
    }

    private static func thousandths(_ value: UInt64) -> String {
        String(value / 1000) + "." + padded(value % 1000, 3)
    }

    private static func padded(_ value: UInt64, _ width: Int) -> String {
        let digits = String(value)
        let missing = width - digits.utf8.count
        return missing > 0 ? String(repeating: "0", count: missing) + digits : digits
    }

    /// Days since 1970 in the Gregorian calendar, by eras of 400 years that begin in March, so that
    /// the leap day comes last (H. Hinnant, "chrono-compatible low-level date algorithms").
    private static func calendar(days: UInt64) -> (year: UInt64, month: UInt64, day: UInt64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

// SPDX-License-Identifier: Apache-2.0
// A second in UTC, as certificates have it: compared, written, and told from now.

import COpenSSL
import Glibc

struct Moment: Sendable, Hashable, Comparable {
    /// Since 1970.
    let seconds: Int

    init(seconds: Int) {
        self.seconds = seconds
    }

    static var now: Moment { Moment(seconds: time(nil)) }

    /// nil for a time that OpenSSL cannot read; a certificate with one is refused by its own check.
    init?(_ time: UnsafePointer<ASN1_TIME>?) {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        seconds = timegm(&parts)
    }

    static func < (left: Moment, right: Moment) -> Bool { left.seconds < right.seconds }

    /// `3 days`, `5 hours`, `40 seconds`: one unit, rounded down, whichever way it goes.
    func distance(to other: Moment) -> String {
        let apart = abs(other.seconds - seconds)
        let (count, unit) =
            switch apart {
            case 172_800...: (apart / 86_400, "day")
            case 7200...: (apart / 3600, "hour")
            case 120...: (apart / 60, "minute")
            default: (apart, "second")
            }
        return "\(count) \(unit)\(count == 1 ? "" : "s")"
    }
}

extension Moment: CustomStringConvertible {
    /// `2026-11-20T08:00:00Z`
    var description: String {
        var parts = tm()
        var clock = time_t(seconds)
        guard gmtime_r(&clock, &parts) != nil else { return "\(seconds) s after 1970" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
    }
}

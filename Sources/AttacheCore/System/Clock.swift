// SPDX-License-Identifier: Apache-2.0
// Time: monotonic for everything that is measured or waited for, the wall clock for logs only.

import Glibc

package enum Clock {
    /// Nanoseconds, exact. May be a system call where the machine's clock needs one.
    package static func now() -> UInt64 { read(CLOCK_MONOTONIC) }

    /// Nanoseconds, exact to a few milliseconds, never a system call: one look a loop turn.
    static func coarse() -> UInt64 { read(CLOCK_MONOTONIC_COARSE) }

    /// Nanoseconds since 1970.
    package static func wall() -> UInt64 { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Duration {
    /// Nanoseconds; negative counts as none, more than a century as a century.
    package var nanoseconds: UInt64 {
        let century: Int64 = 100 * 366 * 86_400
        let (seconds, attoseconds) = components
        if seconds < 0 || attoseconds < 0 { return 0 }
        return UInt64(min(seconds, century)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Waiting until every worker has done what it was told.

final class Countdown: Sendable {
    private let left: Monitor<Int>

    init(_ count: Int) {
        left = Monitor(count)
    }

    /// One of them has.
    func one() {
        left.withLock { $0 -= 1 }
        left.wake()
    }

    var isDone: Bool { left.withLock { $0 <= 0 } }

    /// false: not all of them by `deadline` (monotonic).
    func wait(until deadline: UInt64) -> Bool {
        left.wait(until: deadline) { $0 <= 0 ? true : nil } ?? false
    }
}

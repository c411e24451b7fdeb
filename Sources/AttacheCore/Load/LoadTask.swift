// SPDX-License-Identifier: Apache-2.0
// One thread's part of a stretch of work: which units may still begin, and when it is over.

/// Decides and holds no clock: every time is handed in (monotonic, nanoseconds).
struct LoadTask {
    let start: UInt64
    /// No unit begins then or later.
    let deadline: UInt64
    /// nil: a unit may begin whenever a connection is free.
    private var schedule: LoadSchedule?
    /// Units that may still begin.
    private(set) var left: UInt64
    /// Each connection does one unit.
    let isOnce: Bool
    /// Units that have begun and not ended.
    private(set) var busy = 0
    private(set) var isOver = false

    init(
        _ pace: LoadPace, _ limit: LoadLimit, start: UInt64, thread: Int = 0, of threads: Int = 1
    ) {
        self.start = start
        var (deadline, left) = (UInt64.max, UInt64.max)
        switch limit {
        case .time(let time): deadline = start + time.nanoseconds
        case .count(let count):
            left = Self.share(of: count, thread, threads)
            // Otherwise a service that is down would keep an open loop for ever.
            if case .open(let steps) = pace {
                deadline = start + steps.reduce(0) { $0 + $1.lasts.nanoseconds }
            }
        case .once: break
        }
        (self.deadline, self.left) = (deadline, left)
        isOnce = limit == .once
        if case .open(let steps) = pace {
            schedule = LoadSchedule(steps, start: start, thread: thread, of: threads)
        }
    }

    private static let expiredAtOnceMax: UInt64 = 65_536

    static func share(of count: UInt64, _ thread: Int, _ threads: Int) -> UInt64 {
        count / UInt64(threads) + (UInt64(thread) < count % UInt64(threads) ? 1 : 0)
    }

    /// A unit begins: when it was meant to. nil: none may now.
    mutating func begin(now: UInt64) -> UInt64? {
        guard !isOver, left > 0, now >= start else { return nil }
        // What was due in time may begin a little late: that is what it is measured for.
        let intended = schedule == nil ? now : schedule?.take(by: min(now, deadline &- 1))
        guard let intended, intended < deadline else { return nil }
        if left != .max { left -= 1 }
        busy += 1
        return intended
    }

    mutating func ended() { busy -= 1 }

    /// A connection failed before it had a unit. It counts as one, or a number of units would never
    /// come to its end with a service that is down.
    mutating func wasted() {
        if schedule == nil, left > 0, left != .max { left -= 1 }
    }

    /// Time is over: no unit begins any more. What was due and has not begun has waited at least
    /// until now, and that is recorded.
    mutating func expire(now: UInt64, into sample: inout LoadSample) {
        guard !isOver else { return }
        isOver = true
        // Many at once where there are millions: the end of time must not last.
        let group = max((schedule?.left ?? 0) / Self.expiredAtOnceMax, 1)
        while left > 0, let due = schedule?.take(by: min(now, deadline &- 1)) {
            let others = min(group - 1, schedule?.left ?? 0)
            schedule?.skip(others)
            let count = min(others + 1, left)
            if left != .max { left -= count }
            sample.unsent += count
            sample.latency.record(now - due, count: count)
        }
    }

    /// Nobody waits for what is under way.
    mutating func abandon() {
        isOver = true
        busy = 0
    }

    /// When somebody has to look next, where `hasIdle` connections wait for work.
    func nextLook(hasIdle: Bool, now: UInt64) -> UInt64 {
        if now < start { return start }
        let due = hasIdle && left > 0 ? schedule?.next : nil
        return min(due ?? .max, deadline)
    }

    func isFinished(hasIdle: Bool) -> Bool {
        if busy > 0 { return false }
        if isOver || left == 0 { return true }
        return isOnce && !hasIdle
    }
}

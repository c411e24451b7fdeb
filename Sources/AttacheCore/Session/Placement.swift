// SPDX-License-Identifier: Apache-2.0
// Which worker gets the next session, and whether there is room for one: the one thing all workers
// agree on.

/// Asked once a session, so a lock costs nothing that matters, and even bursts spread exactly.
final class Placement: Sendable {
    private struct Counts {
        var byWorker: [Int]
        var total = 0
        /// Of `total`: accepted carriers, which are no sessions.
        var carriers = 0
        var drainedWorkers = 0
        var isStarving = false
    }
    private let counts: Monitor<Counts>
    let limit: Int

    init(workers: Int, limit: Int) {
        counts = Monitor(Counts(byWorker: Array(repeating: 0, count: workers)))
        self.limit = limit
    }

    /// Every worker has taken what its backlogs held, and all sessions have ended.
    var isDrained: Bool {
        counts.withLock { $0.total == 0 && $0.drainedWorkers == $0.byWorker.count }
    }

    /// No worker accepts any more.
    var isClosed: Bool { counts.withLock { $0.drainedWorkers == $0.byWorker.count } }

    /// A worker accepts no more.
    func workerDrained() { counts.withLock { $0.drainedWorkers += 1 } }

    var sessions: Int { counts.withLock { $0.total - $0.carriers } }

    /// One of those that were placed is a carrier.
    func becomesCarrier() { counts.withLock { $0.carriers += 1 } }

    func carrierLeaves(_ worker: Int) {
        counts.withLock { $0.carriers -= 1 }
        leave(worker)
    }

    /// A session that comes on a carrier, and so stays with its worker; false: no room.
    func enter(_ worker: Int) -> Bool {
        counts.withLock { counts in
            if counts.total >= limit { return false }
            counts.total += 1
            counts.byWorker[worker] += 1
            return true
        }
    }

    /// Room for one more session, before it is accepted; false: clients wait in the backlog.
    /// `place` uses it, or `giveUp` returns it.
    func reserve() -> Bool {
        counts.withLock { counts in
            if counts.total >= limit { return false }
            counts.total += 1
            return true
        }
    }

    /// A drain takes whom the backlog holds, limit or not: closing over them would reset them.
    func reserveBeyondLimit() { counts.withLock { $0.total += 1 } }

    func giveUp() { counts.withLock { $0.total -= 1 } }

    /// Whoever accepted keeps the session, unless it has more than the least loaded worker.
    func place(preferring worker: Int) -> Int {
        counts.withLock { counts in
            let least = counts.byWorker.indices.min { counts.byWorker[$0] < counts.byWorker[$1] }
            var chosen = worker
            if let least, counts.byWorker[least] < counts.byWorker[worker] { chosen = least }
            counts.byWorker[chosen] += 1
            return chosen
        }
    }

    /// Accepting fails (or works) somewhere; true where that is news for the process.
    func starving(_ isStarving: Bool) -> Bool {
        counts.withLock { counts in
            defer { counts.isStarving = isStarving }
            return counts.isStarving != isStarving
        }
    }

    func leave(_ worker: Int) {
        counts.withLock { counts in
            counts.byWorker[worker] -= 1
            counts.total -= 1
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Which worker gets the next session, and whether there is room for one: the one thing all workers agree on.

import Synchronization

/// Asked once a session, so a lock costs nothing that matters, and even bursts spread exactly.
final class Placement: Sendable {
    private struct Counts {
        var byWorker: [Int]
        var total = 0
    }
    private let counts: Mutex<Counts>
    let limit: Int

    init(workers: Int, limit: Int) {
        counts = Mutex(Counts(byWorker: Array(repeating: 0, count: workers)))
        self.limit = limit
    }

    var sessions: Int { counts.withLock { $0.total } }
    var isFull: Bool { sessions >= limit }

    /// Whoever accepted keeps the session, unless it has more than the least loaded worker.
    func place(preferring worker: Int) -> Int {
        counts.withLock { counts in
            let least = counts.byWorker.indices.min { counts.byWorker[$0] < counts.byWorker[$1] }
            var chosen = worker
            if let least, counts.byWorker[least] < counts.byWorker[worker] { chosen = least }
            counts.byWorker[chosen] += 1
            counts.total += 1
            return chosen
        }
    }

    func leave(_ worker: Int) {
        counts.withLock { counts in
            counts.byWorker[worker] -= 1
            counts.total -= 1
        }
    }
}

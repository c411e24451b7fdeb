// SPDX-License-Identifier: Apache-2.0
// Tells the service manager that every worker still turns; when one does not, it is told nothing.

/// Looked at by the control thread, first when it is ready.
struct Watchdog {
    private let manager: ServiceManager
    private let workers: Int
    private let tell: (Worker.Ping) -> Void
    /// Half of what the service manager waits; nil: it does not watch.
    private let interval: UInt64?
    private var next: UInt64 = 0
    private var ping: Countdown?

    /// - Parameter tell: sends it to each of the `workers`.
    init(_ manager: ServiceManager, workers: Int, tell: @escaping (Worker.Ping) -> Void) {
        self.manager = manager
        self.workers = workers
        self.tell = tell
        interval = manager.watchdogInterval?.nanoseconds
    }

    /// How long the next look may be put off.
    func pause(now: UInt64) -> UInt64 { interval == nil ? .max : next - min(now, next) }

    mutating func look(now: UInt64 = Clock.now()) {
        guard let interval, now >= next else { return }
        if let ping {
            guard ping.isDone else {
                // A worker is late; the other half of the time is for it to come.
                next = now + interval / 8
                return
            }
            manager.watchdog()
        }
        next = now + interval
        let again = Countdown(workers)
        ping = again
        tell(Worker.Ping(done: again))
    }
}

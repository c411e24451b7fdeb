// SPDX-License-Identifier: Apache-2.0
// Tells the service manager that every worker still turns; when one does not, it is told nothing.

/// Looked at by the control thread, first when it is ready.
struct Watchdog {
    private let manager: ServiceManager
    private let crew: Crew
    /// Half of what the service manager waits; nil: it does not watch.
    private let interval: UInt64?
    private var next: UInt64 = 0
    private var ping: Countdown?

    init(_ manager: ServiceManager, _ crew: Crew) {
        self.manager = manager
        self.crew = crew
        interval = manager.watchdogInterval?.nanoseconds
    }

    /// How long the next look may be put off.
    func pause(now: UInt64) -> UInt64 { interval == nil ? .max : next - min(now, next) }

    mutating func look() {
        let now = Clock.now()
        guard let interval, now >= next else { return }
        next = now + interval
        if let ping {
            guard ping.isDone else { return }
            manager.watchdog()
        }
        let again = Countdown(crew.count)
        ping = again
        crew.tell(Worker.Ping(done: again))
    }
}

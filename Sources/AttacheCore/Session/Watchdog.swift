// SPDX-License-Identifier: Apache-2.0
// Tells the service manager that every worker still turns; when one does not, it is told nothing.

/// Looked at by the control thread.
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

    /// The longest time between two looks.
    var pause: UInt64 { interval ?? .max }

    mutating func look() {
        guard let interval, Clock.now() >= next else { return }
        next = Clock.now() + interval
        if let ping {
            guard ping.isDone else { return }
            manager.watchdog()
        }
        let again = Countdown(crew.count)
        ping = again
        crew.tell(Worker.Ping(done: again))
    }
}

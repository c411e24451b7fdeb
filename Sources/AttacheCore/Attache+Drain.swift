// SPDX-License-Identifier: Apache-2.0
// The end of the service: nobody is accepted any more, sessions finish, what is left is cut.

import Glibc

extension Attache {
    /// A second signal ends at once.
    func drain(_ end: End) {
        manager.stopping()
        // A reload that hangs holds the sockets of today, perhaps for ever.
        let held = reloading == nil ? [] : generation.doors.map(\.socket)
        if reloading != nil || waiting != nil { refuseReload() }
        defer { refuseOrders(desk.close()) }
        let served = Generation(withoutSockets: generation)
        generation = served
        desk.post { $0 = .init(generation: served, state: .draining, lastReload: $0.lastReload) }
        crew.tell(Worker.Drain())
        let closed = Clock.now() + Limits.workersAnswer.nanoseconds
        while !placement.isClosed && Clock.now() < closed { Thread.nap(.milliseconds(1)) }
        if placement.isClosed { for socket in held { socket.shut() } }
        let open = placement.sessions
        if open > 0 {
            log.event(
                .control, .notice,
                "draining (\(end.text)): nobody is accepted any more, \(Self.count(open)) may end "
                    + "within \(generation.settings.drain.text); a second signal ends at once")
        }
        var signalsLeft = end.signalsLeft
        if outcome(
            by: Clock.now() + generation.settings.drain.nanoseconds, isCounting: true,
            &signalsLeft) == .signalled
        {
            return endAtOnce()
        }
        if !placement.isDrained {
            log.event(
                .control, .warning,
                "the drain period is over; \(Self.count(placement.sessions)) cut")
            crew.tell(Worker.Cut(sessions: .afterDelivery))
            let linger = generation.settings.upstreams.map(\.abortLinger.nanoseconds).max() ?? 0
            if outcome(
                by: Clock.now() + linger + 1_000_000_000, isCounting: false, &signalsLeft)
                == .signalled
            {
                return endAtOnce()
            }
        }
        crew.stop()
        summary("ended")
    }

    /// A cut session must not look like one that ended well, so each is reset: that takes no time.
    private func endAtOnce() {
        crew.tell(Worker.Cut(sessions: .now))
        var signalsLeft = 0
        _ = outcome(by: Clock.now() + 200_000_000, isCounting: false, &signalsLeft)
        summary("ended at once")
    }

    private static func count(_ sessions: Int) -> String {
        sessions == 1 ? "1 session" : "\(sessions) sessions"
    }

    private enum Outcome { case quiet, late, signalled }

    /// - Parameter signalsLeft: so many signals are only noted.
    private func outcome(
        by deadline: UInt64, isCounting: Bool, _ signalsLeft: inout Int
    ) -> Outcome {
        var told = Clock.now()
        while !placement.isDrained {
            let now = Clock.now()
            if now >= deadline { return .late }
            if isCounting, now >= told + Limits.drainCountdown.nanoseconds {
                told = now
                let left = (deadline - now + 500_000_000) / 1_000_000_000
                log.event(
                    .control, .notice, "draining: \(Self.count(placement.sessions)), \(left) s left"
                )
            }
            switch Signals.wait(milliseconds: 20) {
            case 0: break
            case SIGHUP: refuseReload()
            case SIGUSR1: log.reopen()
            case SIGTERM, SIGINT:
                if signalsLeft == 0 { return .signalled }
                signalsLeft -= 1
                log.event(.control, .notice, "draining already; one more signal ends at once")
            default: break
            }
            watchdog.look()
            refuseOrders(desk.takeOrders())
        }
        return .quiet
    }

    private func refuseOrders(_ orders: [ControlDesk.Order]) {
        for case .reload(let reply) in orders { refuseReload([reply]) }
    }

    private func summary(_ how: String) {
        let totals = tally.totals
        let (all, failed) = (totals.clients.sessions, totals.clients.failed)
        var parts = ["\(how) after \(all) sessions (\(failed) not completed)"]
        for (whose, sums) in [("client", totals.clients), ("upstream", totals.upstreams)]
        where sums.handshakes > 0 {
            parts.append("\(sums.resumed) of \(sums.handshakes) \(whose) handshakes resumed")
        }
        if totals.truncated > 0 {
            parts.append("\(totals.truncated) ended TLS without close_notify")
        }
        log.event(.control, .notice, parts.joined(separator: "; "))
    }
}

extension Attache.End {
    fileprivate var text: String {
        switch self {
        case .signal(let name): name
        case .order: "attache drain"
        }
    }

    /// The service manager that stops what an operator drains already sends its first signal.
    fileprivate var signalsLeft: Int {
        if case .order = self { 1 } else { 0 }
    }
}

// SPDX-License-Identifier: Apache-2.0
// The façade: binds everything or nothing, runs the workers, ends on signals.

import Glibc

/// One tunnel or many, from start to drain.
public final class Attache {
    /// Processors this process may run on: the default number of workers.
    public static var processors: Int { Process.processors }

    private let settings: Settings
    private let log: Log
    private let placement: Placement
    private let tally = Tally()
    private var workers: [Worker] = []
    /// Dropped when the drain begins: the last owner's going closes the sockets.
    private var sockets: [ListeningSocket] = []
    private let entrances: [Entrance]

    /// Loads the certificates and binds every listener; nothing is served yet.
    public init(_ settings: Settings) throws(StartFailure) {
        Process.prepare(workers: settings.workers)
        self.settings = settings
        do {
            log = try Log(settings.log)
        } catch {
            throw StartFailure(
                message: "cannot start the log: \(error)", exitCode: ExitCode.failure)
        }
        entrances = try Self.load(settings)
        let limits = DescriptorBudget(
            limit: Process.raiseDescriptorLimit(), workers: settings.workers)
        let asked = settings.listeners.compactMap(\.sessions).max()
        placement = Placement(workers: settings.workers, limit: asked ?? limits.sessions)
        var doors: [(Entrance, [ListeningSocket])] = []
        for entrance in entrances {
            let bound = try Binding.bind(entrance.settings)
            sockets += bound
            doors.append((entrance, bound))
        }
        let resolver = Resolver()
        do {
            for index in 0..<settings.workers {
                workers.append(
                    try Worker(
                        index: index, entrances: doors, resolver: resolver, placement: placement,
                        pipes: limits.pipesPerWorker, log: log, tally: tally))
            }
        } catch {
            throw StartFailure(
                message: "cannot start \(settings.workers) workers: \(error)",
                exitCode: ExitCode.failure)
        }
        let mailboxes = workers.map(\.loop.mailbox)
        for worker in workers { worker.colleagues = mailboxes }
        warn(asked: asked, budget: limits)
    }

    private static func load(_ settings: Settings) throws(StartFailure) -> [Entrance] {
        var entrances: [Entrance] = []
        do throws(ConfigurationProblem) {
            var upstreams: [String: Upstream] = [:]
            for upstream in settings.upstreams { upstreams[upstream.name] = try Upstream(upstream) }
            for listener in settings.listeners {
                guard let upstream = upstreams[listener.upstream] else {
                    throw ConfigurationProblem(
                        "\(listener.name) leads to an upstream that is not there: "
                            + listener.upstream)
                }
                entrances.append(try Entrance(listener, upstream))
            }
        } catch {
            throw StartFailure(message: error.message, exitCode: ExitCode.configuration)
        }
        return entrances
    }

    private func warn(asked: Int?, budget: DescriptorBudget) {
        for entrance in entrances {
            for warning in (entrance.tls?.warnings ?? []) + (entrance.upstream.tls?.warnings ?? [])
            {
                log.event(.control, .warning, warning)
            }
        }
        if let asked, asked > budget.sessions {
            log.event(
                .control, .warning,
                "--sessions \(asked) needs more descriptors than this process may open; "
                    + "\(budget.sessions) fit (raise LimitNOFILE or ulimit -n)")
        }
    }

    /// Serves until a signal ends it; answers the exit code.
    public func run() -> Int32 {
        var threads: [Thread] = []
        for worker in workers {
            // Handed over whole: from here on only its thread touches it, but for its mailbox.
            nonisolated(unsafe) let handed = worker
            do throws(Errno) {
                threads.append(try Thread.spawn(name: "worker-\(worker.index)") { handed.serve() })
            } catch {
                log.event(.control, .critical, "cannot start worker \(worker.index): \(error)")
                log.flush(upTo: Limits.logFlushAtExit)
                return ExitCode.failure
            }
        }
        log.event(.control, .notice, announcement)
        let signal = awaitEnd()
        drain(signal, threads)
        log.flush(upTo: Limits.logFlushAtExit)
        return ExitCode.ok
    }

    /// Sleeps until a signal ends the service; now and then tidies up behind a burst of sessions.
    private func awaitEnd() -> Int32 {
        var trimmedAt: UInt64 = 0
        var seen: UInt64 = 0
        while true {
            let signal = Signals.wait(milliseconds: Int32(Limits.trimPause.nanoseconds / 1_000_000))
            switch signal {
            case 0:
                let ended = tally.totals.sessions
                // Not in the middle of a burst: trimming holds the allocator's locks.
                if ended == seen && ended != trimmedAt {
                    Process.trimMemory()
                    trimmedAt = ended
                }
                seen = ended
            case SIGHUP:
                // Supervisors send it to reload; dying of it would cut every session.
                log.event(
                    .control, .notice,
                    "SIGHUP: there is nothing to reload; restart for new certificates")
            default: return signal
            }
        }
    }

    private var announcement: String {
        let doors = zip(entrances, addresses).map { entrance, bound in
            let inside = entrance.tls == nil ? "plain" : "TLS"
            if case .echo = entrance.upstream.settings.destination {
                return "\(bound) (\(inside)) → echo"
            }
            let outside = entrance.upstream.tls == nil ? "plain" : "TLS"
            return "\(bound) (\(inside)) → \(entrance.upstream.name) (\(outside))"
        }
        let workers = settings.workers == 1 ? "1 worker" : "\(settings.workers) workers"
        return "listening on \(doors.joined(separator: ", ")), \(workers), "
            + "at most \(placement.limit) sessions"
    }

    private var addresses: [String] { sockets.map(\.address.description) }

    // MARK: the end

    /// Stops accepting, lets sessions finish, cuts what is left at the deadline; a second signal
    /// ends at once.
    private func drain(_ signal: Int32, _ threads: [Thread]) {
        sockets = []
        tell(Worker.Drain())
        let closed = Clock.now() + 1_000_000_000
        while !placement.isClosed && Clock.now() < closed { Thread.nap(.milliseconds(1)) }
        let name = signal == SIGTERM ? "SIGTERM" : "SIGINT"
        let open = placement.sessions
        if open > 0 {
            log.event(
                .control, .notice,
                "draining (\(name)): nobody is accepted any more, \(Self.count(open)) may end "
                    + "within \(settings.drain.text); a second signal ends at once")
        }
        let deadline = Clock.now() + settings.drain.nanoseconds
        if outcome(by: deadline) == .signalled { return endAtOnce() }
        if !placement.isDrained {
            log.event(
                .control, .warning,
                "the drain period is over; \(Self.count(placement.sessions)) cut")
            tell(Worker.Cut(sessions: .afterDelivery))
            let linger = entrances.map(\.upstream.settings.abortLinger.nanoseconds).max() ?? 0
            if outcome(by: Clock.now() + linger + 1_000_000_000) == .signalled {
                return endAtOnce()
            }
        }
        tell(Worker.Stop())
        for thread in threads { thread.join() }
        summary("ended")
    }

    /// A cut session must not look like one that ended well, so each is reset: that takes no time.
    private func endAtOnce() {
        tell(Worker.Cut(sessions: .now))
        _ = outcome(by: Clock.now() + 200_000_000)
        summary("ended at once")
    }

    private static func count(_ sessions: Int) -> String {
        sessions == 1 ? "1 session" : "\(sessions) sessions"
    }

    private enum Outcome { case quiet, late, signalled }

    private func outcome(by deadline: UInt64) -> Outcome {
        while !placement.isDrained {
            if Clock.now() >= deadline { return .late }
            let signal = Signals.wait(milliseconds: 20)
            if signal != 0 && signal != SIGHUP { return .signalled }
        }
        return .quiet
    }

    private func tell(_ message: some Sendable) {
        for worker in workers { worker.loop.mailbox.post(message, to: Worker.mailToken) }
    }

    private func summary(_ how: String) {
        let totals = tally.totals
        var parts = ["\(how) after \(totals.sessions) sessions (\(totals.failed) not completed)"]
        func tell(_ resumed: UInt64, of all: UInt64, _ whose: String) {
            if all > 0 { parts.append("\(resumed) of \(all) \(whose) handshakes resumed") }
        }
        tell(totals.clientResumed, of: totals.clientHandshakes, "client")
        tell(totals.upstreamResumed, of: totals.upstreamHandshakes, "upstream")
        if totals.truncated > 0 {
            parts.append("\(totals.truncated) ended TLS without close_notify")
        }
        log.event(.control, .notice, parts.joined(separator: "; "))
    }
}

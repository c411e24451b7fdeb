// SPDX-License-Identifier: Apache-2.0
// The façade: binds everything or nothing, serves, reloads, ends on signals.

import Glibc

/// Several listeners or one, from start to drain. Everything here runs on one thread, the control
/// thread, which is the one that calls `run`.
public final class Attache {
    /// Where the next generation of settings comes from; a failure is one text with all problems.
    public typealias Source = () -> Result<Settings, ConfigurationProblem>

    /// Processors this process may run on: the default number of workers.
    public static var processors: Int { Process.processors }

    private let source: Source
    let log: Log
    let placement: Placement
    let tally = Tally()
    let crew: Crew
    let desk: ControlDesk
    /// Without its sockets once the drain has begun: the last owner's going closes them.
    var generation: Generation
    let manager = ServiceManager.fromEnvironment()
    var watchdog: Watchdog

    /// Asks and orders while it serves, for the operator's socket.
    public var operations: any Operations { desk }

    /// Loads the certificates and binds every listener; nothing is served yet.
    ///
    /// - Parameter source: asked at each reload. nil: the same settings, whose files are read anew.
    public init(_ settings: Settings, source: Source? = nil) throws(StartFailure) {
        Process.prepare(workers: settings.workers)
        self.source = source ?? { .success(settings) }
        log = try Log(settings.log)
        let generation = try Generation(settings)
        let budget = DescriptorBudget(
            limit: Process.raiseDescriptorLimit(), workers: settings.workers,
            listeners: generation.doors.count)
        placement = Placement(workers: settings.workers, limit: budget.sessions)
        do {
            crew = try Crew(
                settings.workers, serving: generation, placement: placement,
                pipes: budget.pipesPerWorker, log: log, tally: tally)
        } catch {
            throw StartFailure(
                message: "cannot start \(settings.workers) workers: \(error)",
                exitCode: ExitCode.failure)
        }
        desk = ControlDesk(generation, crew.mailboxes, placement)
        watchdog = Watchdog(manager, crew)
        self.generation = generation
        warn(about: generation)
    }

    /// What is odd and yet served.
    func warn(about generation: Generation) {
        for warning in generation.warnings { log.event(.control, .warning, warning) }
        for entrance in generation.entrances {
            guard let asked = entrance.settings.sessions, asked > placement.limit else { continue }
            log.event(
                .control, .warning,
                "\(entrance.name): \(asked) sessions need more descriptors than this process may "
                    + "open; \(placement.limit) fit (raise LimitNOFILE or ulimit -n)")
        }
    }

    /// Serves until a signal or an operator ends it; answers the exit code.
    public func run() -> Int32 {
        do {
            try crew.start()
        } catch {
            log.event(.control, .critical, "cannot start the workers: \(error)")
            log.flush(upTo: Limits.logFlushAtExit)
            return ExitCode.failure
        }
        log.event(.control, .notice, "listening on " + announcement)
        manager.ready(status: "serving")
        let why = awaitEnd()
        drain(why)
        log.flush(upTo: Limits.logFlushAtExit)
        return ExitCode.ok
    }

    private var announcement: String {
        let doors = generation.doors.map { door in
            let (entrance, upstream) = (door.entrance, door.entrance.upstream)
            let inside = entrance.tls == nil ? "plain" : "TLS"
            let isNamed = entrance.name != door.socket.address.description
            let name = isNamed ? "\(entrance.name): " : ""
            let arrow = "\(name)\(door.socket.address) (\(inside)) → "
            if case .local = upstream.settings.destination { return arrow + upstream.name }
            return arrow + "\(upstream.name) (\(upstream.tls == nil ? "plain" : "TLS"))"
        }
        let workers = crew.count == 1 ? "1 worker" : "\(crew.count) workers"
        let caps = generation.entrances.compactMap(\.settings.sessions)
        let cap = caps.count == generation.entrances.count ? caps.reduce(0, +) : Int.max
        return "\(doors.joined(separator: ", ")), \(workers), "
            + "at most \(min(cap, placement.limit)) sessions"
    }

    // MARK: waiting

    /// Until something ends the service, which is answered in words. Now and then tidies up behind
    /// a burst of sessions.
    private func awaitEnd() -> String {
        var chores = Chores(tally)
        while true {
            let pause = min(Limits.trimPause.nanoseconds, watchdog.pause)
            switch Signals.wait(milliseconds: Int32(pause / 1_000_000)) {
            case 0: chores.tidyUp()
            case SIGHUP: _ = reload()
            case SIGUSR1: log.reopen()
            case SIGTERM: return "SIGTERM"
            case SIGINT: return "SIGINT"
            default: break
            }
            watchdog.look()
            for order in desk.takeOrders() {
                switch order {
                case .reload(let reply): reply.answer(reload())
                case .drain: return "attache drain"
                }
            }
        }
    }

    // MARK: reloading

    /// Reads, checks and binds everything, or changes nothing.
    private func reload() -> ReloadStatus {
        manager.reloading()
        defer { manager.ready(status: "serving") }
        let outcome: ReloadStatus.Outcome
        do throws(StartFailure) {
            outcome = .reloaded(changes: try serveNext())
        } catch {
            log.event(
                .control, .error,
                "not reloaded, generation \(generation.number) goes on: \(error.message)")
            outcome = .failed(error.message)
        }
        let status = ReloadStatus(
            atNanoseconds: Clock.wall(), generation: generation.number, outcome: outcome)
        desk.post { $0.lastReload = status }
        return status
    }

    /// Answers what changed.
    private func serveNext() throws(StartFailure) -> String {
        // Sockets that the next one has no use for close with their last owner: not here, or
        // clients would still come into a backlog that nobody empties.
        let old = Generation(withoutSockets: generation)
        let settings: Settings
        switch source() {
        case .success(let read): settings = read
        case .failure(let problem): throw StartFailure(problem)
        }
        let next = try Generation(settings, after: generation)
        let logs = try log.prepare(settings.log)
        // From here on nothing can fail.
        log.apply(logs)
        for trouble in next.takeOver() { log.event(.control, .warning, trouble) }
        generation = next
        desk.post(next)
        let isServed = crew.serve(next)
        let changes = next.changes(since: old)
        warn(about: next)
        let kept = next.needsRestart(since: old)
        if !kept.isEmpty {
            log.event(
                .control, .warning,
                "\(kept.joined(separator: " and ")) will change when attache is restarted")
        }
        log.event(
            .control, .notice,
            isServed
                ? "reloaded: generation \(next.number), \(changes)"
                : "generation \(next.number) is late: a worker has not taken it over within "
                    + "\(Limits.workersAnswer.text); \(changes)")
        return changes
    }
}

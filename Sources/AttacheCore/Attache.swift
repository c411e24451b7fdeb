// SPDX-License-Identifier: Apache-2.0
// The façade: binds everything or nothing, serves, reloads, ends on signals.

import Glibc

/// Several listeners or one, from start to drain. Everything here runs on one thread, the control
/// thread, which is the one that calls `run`.
public final class Attache {
    /// What a reload has read.
    public struct Reading: Sendable {
        public var settings: Settings
        /// For people: what is odd about them and no reason to refuse them.
        public var warnings: [String]

        public init(_ settings: Settings, warnings: [String] = []) {
            self.settings = settings
            self.warnings = warnings
        }
    }
    /// Where the next generation of settings comes from; a failure is one text with all problems.
    public typealias Source = @Sendable () -> Result<Reading, ConfigurationProblem>

    /// Processors this process may run on: the default number of workers.
    public static var processors: Int { Process.processors }

    let source: Source
    /// Those that the process began with.
    let started: Settings
    let log: Log
    let placement: Placement
    let tally = Tally()
    let crew: Crew
    let desk: ControlDesk
    /// Without its sockets once the drain has begun: the last owner's going closes them.
    var generation: Generation
    let manager = ServiceManager.fromEnvironment()
    var watchdog: Watchdog
    /// Under way, and who wants the one after it; nil: nobody does.
    var reloading: Reloading?
    var waiting: [Reply<ReloadStatus>]?

    /// Asks and orders while it serves, for the operator's socket.
    public var operations: any Operations { desk }

    /// Loads the certificates and binds every listener; nothing is served yet.
    ///
    /// - Parameter source: asked at each reload. nil: the same settings, whose files are read anew.
    public init(_ settings: Settings, source: Source? = nil) throws(StartFailure) {
        Process.prepare(workers: settings.workers)
        self.source = source ?? { .success(Reading(settings)) }
        started = settings
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
        watchdog = Watchdog(manager, workers: crew.count) { [crew] in crew.tell($0) }
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
        let end = awaitEnd()
        drain(end)
        log.flush(upTo: Limits.logFlushAtExit)
        return ExitCode.ok
    }

    private var announcement: String {
        let doors = generation.doors.map { door in
            let entrance = door.entrance
            let inside =
                entrance.settings.accept?.protocol.rawValue
                ?? (entrance.tls == nil ? "plain" : "TLS")
            let isNamed = entrance.name != door.socket.address.description
            let name = isNamed ? "\(entrance.name): " : ""
            let arrow = "\(name)\(door.socket.address) (\(inside)) → "
            guard case .upstream(let upstream) = entrance.destination else {
                return arrow + entrance.upstreamNames
            }
            if case .local = upstream.settings.destination { return arrow + upstream.name }
            return arrow + "\(upstream.name) (\(upstream.spoken))"
        }
        let workers = crew.count == 1 ? "1 worker" : "\(crew.count) workers"
        let caps = generation.entrances.compactMap(\.settings.sessions)
        let cap = caps.count == generation.entrances.count ? caps.reduce(0, +) : Int.max
        return "\(doors.joined(separator: ", ")), \(workers), "
            + "at most \(min(cap, placement.limit)) sessions"
    }

    // MARK: waiting

    /// What ended the service.
    enum End {
        case signal(String)
        case order
    }

    /// Until something ends the service. Now and then tidies up behind a burst of sessions.
    private func awaitEnd() -> End {
        var chores = Chores(tally)
        while true {
            watchdog.look()
            let pause = min(Limits.trimPause.nanoseconds, watchdog.pause(now: Clock.now()))
            switch Signals.wait(milliseconds: Int32(pause / 1_000_000) + 1) {
            case 0: chores.tidyUp()
            case SIGHUP: reload()
            case SIGUSR1: log.reopen()
            case SIGTERM: return .signal("SIGTERM")
            case SIGINT: return .signal("SIGINT")
            default: break
            }
            var isEnd = false
            for order in desk.takeOrders() {
                switch order {
                case .reload(let reply): reload(for: [reply])
                case .drain: isEnd = true
                }
            }
            if isEnd { return .order }
            proceedWithReload()
        }
    }
}

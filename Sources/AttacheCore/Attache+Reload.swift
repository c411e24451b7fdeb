// SPDX-License-Identifier: Apache-2.0
// A reload: everything is read, checked and bound beside what is served, or nothing changes.

/// What a reload reads, on a thread of its own: a name server may be silent and a mount may hang,
/// and meanwhile the service manager hears of us and SIGTERM is obeyed.
struct Reloading {
    /// Everything that can fail, done.
    struct Prepared: Sendable {
        let generation: Generation
        let logs: Log.Change
        let warnings: [String]
    }
    typealias Outcome = Result<Prepared, StartFailure>

    /// Who wants to know how it ends; nobody: it was a signal.
    let replies: [Reply<ReloadStatus>]
    private let outcome: Monitor<Outcome?>
    private let thread: Thread

    init(
        for replies: [Reply<ReloadStatus>], _ prepare: @escaping @Sendable () -> Outcome
    ) throws(Errno) {
        self.replies = replies
        let outcome = Monitor<Outcome?>(nil)
        self.outcome = outcome
        thread = try Thread.spawn(name: "reload") {
            let result = prepare()
            outcome.withLock { $0 = result }
            Signals.wakeWaiter()
        }
    }

    /// nil: it is not done yet. Afterwards the thread holds nothing any more, no socket above all.
    func take() -> Outcome? {
        guard let result = outcome.withLock({ $0 }) else { return nil }
        outcome.withLock { $0 = nil }
        thread.join()
        return result
    }
}

extension Attache {
    /// At once, or after the one that is under way, which may have read the files already.
    /// Whoever asks meanwhile is content with one more.
    func reload(for replies: [Reply<ReloadStatus>] = []) {
        guard reloading == nil else {
            waiting = (waiting ?? []) + replies
            return
        }
        manager.reloading()
        let (source, log, served) = (source, log, generation)
        do throws(Errno) {
            reloading = try Reloading(for: replies) { Self.prepare(source, after: served, log) }
        } catch {
            let why = StartFailure(
                message: "no thread to read the settings with: \(error)",
                exitCode: ExitCode.failure)
            conclude(.failure(why), for: replies)
        }
    }

    /// Reads, checks and binds; changes nothing that is served.
    private static func prepare(
        _ source: Source, after served: Generation, _ log: Log
    ) -> Reloading.Outcome {
        do throws(StartFailure) {
            let read: Reading
            switch source() {
            case .success(let reading): read = reading
            case .failure(let problem): throw StartFailure(problem)
            }
            let generation = try Generation(read.settings, after: served)
            let logs = try log.prepare(read.settings.log)
            return .success(
                .init(generation: generation, logs: logs, warnings: read.warnings))
        } catch {
            return .failure(error)
        }
    }

    /// Serves what has been read by now, and begins the reload that waits for it.
    func proceedWithReload() {
        guard let done = reloading, let outcome = done.take() else { return }
        reloading = nil
        conclude(outcome, for: done.replies)
        guard let replies = waiting else { return }
        waiting = nil
        reload(for: replies)
    }

    private func conclude(_ outcome: Reloading.Outcome, for replies: [Reply<ReloadStatus>]) {
        var status = ReloadStatus(
            atNanoseconds: Clock.wall(), generation: generation.number, outcome: .failed(""))
        switch outcome {
        case .success(let prepared):
            status.outcome = .reloaded(changes: serve(prepared))
            status.generation = generation.number
            manager.ready(status: "serving")
        case .failure(let why):
            log.event(
                .control, .error,
                "not reloaded, generation \(generation.number) goes on: \(why.message)")
            status.outcome = .failed(why.message)
            manager.ready(
                status: "serving generation \(generation.number); the last reload failed")
        }
        // Of what is served, so that a reload that fails does not make it forgotten.
        status.needsRestart = generation.needsRestart(since: started)
        if case .reloaded = status.outcome, let notice = status.restartNotice {
            log.event(.control, .warning, notice)
        }
        desk.post { $0.lastReload = status }
        for reply in replies { reply.answer(status) }
    }

    /// Nothing can fail any more. Answers what changed.
    private func serve(_ prepared: Reloading.Prepared) -> String {
        // Sockets that the next one has no use for close with their last owner: not here, or
        // clients would still come into a backlog that nobody empties.
        let old = Generation(withoutSockets: generation)
        let next = prepared.generation
        log.apply(prepared.logs)
        for trouble in next.takeOver() { log.event(.control, .warning, trouble) }
        generation = next
        desk.post(next)
        let isServed = crew.serve(next)
        let changes = next.changes(since: old)
        for warning in prepared.warnings { log.event(.control, .warning, warning) }
        warn(about: next)
        log.event(
            .control, .notice,
            isServed
                ? "reloaded: generation \(next.number), \(changes)"
                : "generation \(next.number) is late: a worker has not taken it over within "
                    + "\(Limits.workersAnswer.text); \(changes)")
        return changes
    }

    // MARK: at the end

    /// Whoever waits for a reload, or asks for one now, hears that there will be none. A thread
    /// that still reads is left alone.
    func refuseReload(_ replies: [Reply<ReloadStatus>] = []) {
        let message = "attache is draining, so nothing is reloaded; start it anew"
        log.event(.control, .warning, "not reloaded: \(message)")
        let status = ReloadStatus(
            atNanoseconds: Clock.wall(), generation: generation.number, outcome: .failed(message))
        let all = replies + (reloading?.replies ?? []) + (waiting ?? [])
        (reloading, waiting) = (nil, nil)
        for reply in all { reply.answer(status) }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Names become addresses on threads of their own, because getaddrinfo blocks and workers must not.

/// One for the process. A name is asked for once however many wait for it, and its addresses are
/// kept for `Limits.resolvedNameKept`; that a name failed is not kept.
final class Resolver: Sendable {
    typealias Answer = Result<[SocketAddress], ResolveFailure>
    typealias Lookup = @Sendable (_ name: String) -> Answer

    private struct Waiter {
        let port: UInt16
        let then: @Sendable (Answer) -> Void
    }

    private struct State {
        /// Who waits for a name that is queued or being asked for.
        var waiters: [String: [Waiter]] = [:]
        /// Names no thread has taken yet, oldest first.
        var queue: [String] = []
        var kept: [String: (addresses: [SocketAddress], until: UInt64)] = [:]
        var threads = 0
        var idleThreads = 0
    }

    private let monitor = Monitor(State())
    private let lookup: Lookup
    /// A thread without work ends after so long; a process that dials rarely keeps none.
    private let idleKept: Duration

    init(lookup: @escaping Lookup = NameLookup.addresses, idleKept: Duration = .seconds(5)) {
        self.lookup = lookup
        self.idleKept = idleKept
    }

    /// How many run now, busy or idle.
    var threads: Int { monitor.withLock { $0.threads } }

    /// What is known at once is returned, and `then` is not called: kept addresses, or a failure
    /// because too many names wait already. Otherwise nil, and `then` is called once, on a thread
    /// of the resolver, never under its lock.
    func resolve(
        _ name: String, port: UInt16, then: @escaping @Sendable (Answer) -> Void
    ) -> Answer? {
        enum Step {
            case done(Answer)
            case wait, wake, start
        }
        let now = Clock.now()
        let step = monitor.withLock { state -> Step in
            if let kept = state.kept[name], now < kept.until {
                return .done(.success(kept.addresses.map { $0.with(port: port) }))
            }
            let waiter = Waiter(port: port, then: then)
            if state.waiters[name] != nil {
                state.waiters[name]?.append(waiter)
                return .wait
            }
            if state.queue.count >= Limits.resolverQueueMax {
                return .done(.failure(Self.queueFull(name)))
            }
            state.waiters[name] = [waiter]
            state.queue.append(name)
            if state.queue.count <= state.idleThreads { return .wake }
            guard state.threads < Limits.resolverThreadsMax else { return .wait }
            state.threads += 1
            return .start
        }
        switch step {
        case .done(let answer): return answer
        case .wait: return nil
        case .wake: monitor.wake()
        case .start: return startThread(for: name)
        }
        return nil
    }

    /// nil when a thread, this one or one that runs already, will answer.
    private func startThread(for name: String) -> Answer? {
        do throws(Errno) {
            try Thread.spawn(name: "resolver") { self.work() }
            return nil
        } catch {
            let why = error
            let orphans = monitor.withLock { state -> [String: [Waiter]] in
                state.threads -= 1
                guard state.threads == 0 else { return [:] }
                state.queue = []
                defer { state.waiters = [:] }
                return state.waiters
            }
            guard !orphans.isEmpty else { return nil }
            for (other, waiters) in orphans {
                // The first who waits for `name` is the caller: told by what we return.
                for waiter in other == name ? waiters.dropFirst() : waiters[...] {
                    waiter.then(.failure(Self.noThread(other, why)))
                }
            }
            return .failure(Self.noThread(name, why))
        }
    }

    private static func noThread(_ name: String, _ why: Errno) -> ResolveFailure {
        ResolveFailure(message: "\"\(name)\" was not looked up: cannot start a thread: \(why)")
    }

    private static func queueFull(_ name: String) -> ResolveFailure {
        ResolveFailure(
            message: "\"\(name)\" was not looked up: \(Limits.resolverQueueMax) names wait for the "
                + "name servers already; do they answer?")
    }
}

// What its threads do.
extension Resolver {
    private func work() {
        while let name = nextName() {
            tell(lookup(name), about: name)
        }
    }

    /// nil: nothing to do for a while, this thread ends.
    private func nextName() -> String? {
        let giveUp = Clock.now() + idleKept.nanoseconds
        monitor.withLock { $0.idleThreads += 1 }
        _ = monitor.wait(until: giveUp) { $0.queue.isEmpty ? nil : () }
        return monitor.withLock { state in
            state.idleThreads -= 1
            if !state.queue.isEmpty { return state.queue.removeFirst() }
            state.threads -= 1
            return nil
        }
    }

    private func tell(_ answer: Answer, about name: String) {
        let now = Clock.now()
        let waiters = monitor.withLock { state in
            state.kept = state.kept.filter { now < $0.value.until }
            if case .success(let addresses) = answer {
                state.kept[name] = (addresses, now + Limits.resolvedNameKept.nanoseconds)
            }
            return state.waiters.removeValue(forKey: name) ?? []
        }
        for waiter in waiters {
            waiter.then(answer.map { $0.map { $0.with(port: waiter.port) } })
        }
    }
}

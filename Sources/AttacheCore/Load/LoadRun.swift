// SPDX-License-Identifier: Apache-2.0
// The load generator as its user sees it: targets that take turns, each stretch of work a sample.

import Glibc

/// Used by one thread, which waits for what it orders. Ctrl-C (SIGINT) or SIGTERM end the order at
/// hand and those that follow; what was seen until then is answered.
public final class LoadRun {
    public let settings: LoadSettings
    /// Somebody wants it to end.
    public private(set) var isInterrupted = false
    private let mailboxes: [Mailbox]
    private let threads: [Thread]
    /// Between an order and its beginning, so that every thread has read it.
    private static let lead: UInt64 = 1_000_000

    /// Loads certificates and starts the threads; nothing is dialled yet.
    public init(_ settings: LoadSettings) throws(StartFailure) {
        precondition(settings.threads > 0 && settings.connections >= settings.threads)
        self.settings = settings
        Process.prepare(workers: settings.threads)
        try Self.demandDescriptors(settings)
        var upstreams: [Upstream] = []
        do throws(ConfigurationProblem) {
            for target in settings.targets { upstreams.append(try Upstream(target.upstream)) }
        } catch {
            throw StartFailure(error)
        }
        do throws(Errno) {
            let resolver = Resolver()
            var mailboxes: [Mailbox] = []
            var threads: [Thread] = []
            for index in 0..<settings.threads {
                let generator = try Generator(index: index, settings, upstreams, resolver)
                mailboxes.append(generator.loop.mailbox)
                // Handed over whole: from here on only its thread touches it.
                nonisolated(unsafe) let handed = generator
                threads.append(try Thread.spawn(name: "load-\(index)") { handed.serve() })
            }
            (self.mailboxes, self.threads) = (mailboxes, threads)
        } catch {
            throw StartFailure(
                message: "cannot start \(settings.threads) threads: \(error)",
                exitCode: ExitCode.failure)
        }
    }

    private static func demandDescriptors(_ settings: LoadSettings) throws(StartFailure) {
        let limit = Process.raiseDescriptorLimit()
        let wanted = settings.connections * settings.targets.count + Limits.reservedDescriptors
        guard wanted > limit else { return }
        throw StartFailure(
            message: "\(wanted) descriptors are needed and this process may open \(limit); "
                + "raise the limit (ulimit -n) or take fewer connections",
            exitCode: ExitCode.failure)
    }

    /// Opens connections until there are `connections` of them; those that are open stay. Answers
    /// how the dials went.
    public func open(target: Int, connections: Int) -> LoadSample {
        if isInterrupted { return LoadSample() }
        let replies = ask { Generator.Open(target: target, connections: connections, reply: $0) }
        return gather(replies, since: Clock.now(), every: nil) { _ in }
    }

    /// Does nothing for so long, or until somebody wants it to end.
    public func pause(_ time: Duration) {
        let end = Clock.now() + time.nanoseconds
        while !isInterrupted, Clock.now() < end {
            Thread.nap(
                min(Limits.loadSignalPause, .nanoseconds(Int64(end - min(end, Clock.now())))))
            obeySignals()
        }
    }

    /// Works on one target until `limit`, and until what began has ended.
    ///
    /// - Parameters:
    ///   - interval: how often `look` is called with what was seen since the last time; nil: never.
    /// - Returns: all of it.
    public func work(
        target: Int, pace: LoadPace, limit: LoadLimit, every interval: Duration? = nil,
        look: (LoadSample) -> Void = { _ in }
    ) -> LoadSample {
        if isInterrupted { return LoadSample() }
        let start = Clock.now() + Self.lead
        let replies = ask {
            Generator.Work(target: target, pace: pace, limit: limit, start: start, reply: $0)
        }
        return gather(replies, since: start, every: interval, look: look)
    }

    /// Closes everything and waits for the threads.
    public func end() {
        tell(Generator.Stop())
        for thread in threads { thread.join() }
    }

    // MARK: waiting

    private func tell(_ message: some Sendable) {
        for mailbox in mailboxes { mailbox.post(message, to: Generator.mailToken) }
    }

    private func gather(
        _ replies: [Reply<LoadSample>], since start: UInt64, every interval: Duration?,
        look: (LoadSample) -> Void
    ) -> LoadSample {
        var total = LoadSample()
        var lookedAt = start
        // Asked for and not answered in time; what was counted must not be lost.
        var late: [Reply<LoadSample>] = []
        var next = interval.map { Clock.now() + $0.nanoseconds } ?? .max
        obeySignals()
        while true {
            let until = min(Clock.now() + Limits.loadSignalPause.nanoseconds, next)
            if var last = wait(for: replies, until: until) {
                for reply in late { last.add(besides: reply.wait(until: 0) ?? LoadSample()) }
                // A thread that was done before the others has told its time already.
                let now = Clock.now()
                last.elapsed = min(last.elapsed, now - min(now, lookedAt))
                total.add(last)
                look(last)
                return total
            }
            obeySignals()
            if let interval, Clock.now() >= next {
                next += interval.nanoseconds
                late += ask { Generator.Look(reply: $0) }
                let deadline = Clock.now() + Limits.workersAnswer.nanoseconds
                guard var seen = wait(for: late, until: deadline) else { continue }
                late = []
                let now = Clock.now()
                seen.elapsed = now - min(now, lookedAt)
                lookedAt = now
                total.add(seen)
                look(seen)
            }
        }
    }

    /// What all threads answered; nil: one of them has not yet.
    private func wait(for replies: [Reply<LoadSample>], until deadline: UInt64) -> LoadSample? {
        var sum = LoadSample()
        for reply in replies {
            guard let sample = reply.wait(until: deadline) else { return nil }
            sum.add(besides: sample)
        }
        return sum
    }

    /// Each thread has a reply of its own.
    private func ask(
        _ message: (Reply<LoadSample>) -> some Sendable
    ) -> [Reply<LoadSample>] {
        mailboxes.map { mailbox in
            let reply = Reply<LoadSample>()
            mailbox.post(message(reply), to: Generator.mailToken)
            return reply
        }
    }

    private func obeySignals() {
        switch Signals.wait(milliseconds: 0) {
        case SIGINT, SIGTERM:
            isInterrupted = true
            tell(Generator.Interrupt())
        default: break
        }
    }
}

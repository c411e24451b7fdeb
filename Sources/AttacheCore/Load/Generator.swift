// SPDX-License-Identifier: Apache-2.0
// One thread of a load generator: its loop, its connections, and which of them works when.

import Glibc

/// Does what it is told by messages: open connections, work for a while, tell what it saw.
final class Generator: Wakeable {
    /// Open so many connections of that target; answered when each has come about or failed.
    struct Open: Sendable {
        let target: Int
        let connections: Int
        let reply: Reply<LoadSample>
    }
    /// Work; answered when the last unit has ended.
    struct Work: Sendable {
        let target: Int
        let pace: LoadPace
        let limit: LoadLimit
        /// Monotonic: all threads begin at the same moment.
        let start: UInt64
        let reply: Reply<LoadSample>
    }
    /// What has been seen since the last look?
    struct Look: Sendable { let reply: Reply<LoadSample> }
    /// No unit begins any more, and none is waited for.
    struct Interrupt: Sendable {}
    struct Stop: Sendable {}

    /// The generator registers before anyone else.
    static let mailToken = Token(slot: 0, generation: 1)

    let settings: LoadSettings
    let loop: EventLoop
    let scratch = Scratch()
    /// Since the last look.
    var sample = LoadSample()
    private let index: Int
    private let works: TLSWorks
    private let alarm: Alarm
    private var alarmAt = UInt64.max
    private var teams: [Team] = []
    private var opening: Opening?
    private var task: LoadTask?
    /// Who does the task, and whom its end is told.
    private var team: Team?
    private var reply: Reply<LoadSample>?
    private var lookedAt: UInt64 = 0
    /// Connections of the team that wait for work; the last one to rest works first.
    private var idle: [LoadConnection] = []
    /// Those that failed, and when each may try again; in that order.
    private var resting: [(connection: LoadConnection, until: UInt64)] = []

    /// Connections that are opened before there is work.
    private struct Opening {
        let reply: Reply<LoadSample>
        var waiting: ArraySlice<LoadConnection>
        var underWay = 0
    }

    init(
        index: Int, _ settings: LoadSettings, _ upstreams: [Upstream], _ resolver: Resolver
    ) throws(Errno) {
        self.index = index
        self.settings = settings
        loop = try EventLoop()
        alarm = try Alarm()
        guard let works = TLSWorks() else { throw Errno(ENOMEM) }
        self.works = works
        let token = loop.register(self)
        precondition(token == Self.mailToken, "the generator registers first")
        guard loop.watchAlarm(alarm, token.part(1)) else { throw Errno() }
        let tunnels = TunnelWorks(loop: loop, scratch: scratch)
        for (target, upstream) in zip(settings.targets, upstreams) {
            let outbound = Outbound(
                loop: loop, works: works, tunnels: tunnels, resolver: resolver,
                resumes: target.resumes)
            teams.append(Team(upstream, outbound, settings.work))
        }
    }

    /// The thread's body.
    func serve() { loop.run { works.settle() } }

    func note(_ events: UInt32, part: Int) { alarm.hush() }
    func sweep(now: UInt64) -> UInt64 { .max }

    func receive(_ message: any Sendable) {
        switch message {
        case let order as Open: open(order)
        case let order as Work: begin(order)
        case let look as Look: look.reply.answer(taken(Clock.now()))
        case is Interrupt: interrupt()
        case is Stop:
            for team in teams {
                for connection in team.connections { connection.drop() }
            }
            loop.stop()
        default: break
        }
    }

    /// The alarm has rung, or a message came.
    func run() {
        alarmAt = .max
        proceed(now: Clock.now())
    }

    // MARK: opening

    private func open(_ order: Open) {
        let team = teams[order.target]
        self.team = team
        grow(team, to: order.connections)
        opening = Opening(
            reply: order.reply, waiting: team.connections.filter { $0.phase == .closed }[...])
        openMore()
    }

    /// To this thread's share of all of them.
    private func grow(_ team: Team, to connections: Int) {
        let share = LoadTask.share(of: UInt64(connections), index, settings.threads)
        team.grow(to: Int(share), for: self)
    }

    private func openMore() {
        while let next = opening?.waiting.first,
            (opening?.underWay ?? 0) < Limits.loadDialsAtOnce
        {
            opening?.waiting.removeFirst()
            opening?.underWay += 1
            next.isOpening = true
            next.open()
        }
        if opening?.underWay == 0 { endOpening() }
    }

    private func endOpening() {
        let reply = opening?.reply
        opening = nil
        reply?.answer(taken(Clock.now()))
    }

    // MARK: working

    private func begin(_ order: Work) {
        let team = teams[order.target]
        if team.connections.isEmpty { grow(team, to: settings.connections) }
        self.team = team
        reply = order.reply
        task = LoadTask(
            order.pace, order.limit, start: order.start, thread: index, of: settings.threads)
        sample = LoadSample()
        lookedAt = order.start
        resting = []
        idle = team.connections.filter { $0.phase == .resting || !team.staysOpen }
        for connection in team.connections where team.staysOpen && connection.phase == .closed {
            connection.open()
        }
    }

    /// Begins what is due, and sets the alarm for what comes next.
    private func proceed(now: UInt64) {
        guard let task else { return }
        while let first = resting.first, first.until <= now {
            resting.removeFirst()
            if first.connection.phase == .closed { again(first.connection) }
        }
        while let connection = idle.last, let intended = self.task?.begin(now: now) {
            idle.removeLast()
            connection.begin(intended: intended, now: now)
        }
        if now >= task.deadline { timeIsOver(now: now) } else { look(now: now) }
    }

    private func again(_ connection: LoadConnection) {
        if connection.team.staysOpen { connection.open() } else { idle.append(connection) }
    }

    /// Whether that was all, and when to look again.
    private func look(now: UInt64) {
        guard let task else { return }
        if task.isFinished(hasIdle: !idle.isEmpty) { return conclude(now: now) }
        let retry = resting.first?.until ?? .max
        let next = min(task.nextLook(hasIdle: !idle.isEmpty, now: now), retry)
        if task.isOver || next == .max || next == alarmAt { return }
        alarmAt = next
        alarm.set(at: next)
    }

    private func timeIsOver(now: UInt64) {
        task?.expire(now: now, into: &sample)
        if let team, team.kind == .flood {
            for connection in team.connections where connection.isBusy {
                connection.drop()
                task?.ended()
            }
        }
        look(now: now)
    }

    private func conclude(now: UInt64) {
        let reply = self.reply
        let seen = taken(now)
        self.reply = nil
        task = nil
        idle = []
        resting = []
        reply?.answer(seen)
    }

    private func interrupt() {
        if opening != nil { endOpening() }
        guard task != nil else { return }
        for connection in team?.connections ?? [] where connection.isBusy { connection.drop() }
        task?.abandon()
        look(now: Clock.now())
    }

    private func taken(_ now: UInt64) -> LoadSample {
        sample.elapsed = now - min(now, lookedAt)
        lookedAt = now
        let seen = sample
        sample = LoadSample()
        return seen
    }

    // MARK: what connections tell

    func connected(_ connection: LoadConnection, _ timings: DialTimings, _ tls: TLSNegotiated?) {
        guard connection.team === team else { return }
        sample.connections += 1
        if tls?.resumed == true { sample.resumed += 1 }
        if let tls { sample.tls = "\(tls.version) \(tls.cipher)" }
        sample.record(.resolving, timings.resolving.nanoseconds)
        sample.record(.connecting, timings.connecting.nanoseconds)
        sample.record(.securing, timings.securing.nanoseconds)
    }

    func failed(_ connection: LoadConnection, _ kind: String, _ example: String) {
        if connection.team === team { sample.fail(kind, example) }
    }

    /// Open, and without work.
    func isReady(_ connection: LoadConnection) {
        guard connection.team === team, !openingEnded(connection) else { return }
        rest(connection)
    }

    /// Whether it was one of those that are opened ahead of work.
    private func openingEnded(_ connection: LoadConnection) -> Bool {
        guard connection.isOpening else { return false }
        connection.isOpening = false
        if opening != nil {
            opening?.underWay -= 1
            openMore()
        }
        return true
    }

    /// A unit is over, one way or the other.
    func isDone(_ connection: LoadConnection, ok: Bool) {
        task?.ended()
        if task?.isOnce == true { return look(now: Clock.now()) }
        if ok { rest(connection) } else { retry(connection) }
    }

    /// A connection without work has failed.
    func isLost(_ connection: LoadConnection) {
        guard connection.team === team, !openingEnded(connection) else { return }
        idle.removeAll { $0 === connection }
        task?.wasted()
        retry(connection)
    }

    private func rest(_ connection: LoadConnection) {
        guard task != nil else { return }
        let now = Clock.now()
        if let intended = task?.begin(now: now) {
            return connection.begin(intended: intended, now: now)
        }
        idle.append(connection)
        if let task, now >= task.deadline { return timeIsOver(now: now) }
        look(now: now)
    }

    private func retry(_ connection: LoadConnection) {
        guard task != nil else { return }
        let now = Clock.now()
        resting.append((connection, now + Limits.loadRetryPause.nanoseconds))
        look(now: now)
    }
}

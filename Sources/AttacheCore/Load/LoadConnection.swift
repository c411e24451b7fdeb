// SPDX-License-Identifier: Apache-2.0
// The life of one connection of a load generator, in the order in which it happens.

/// closed → dialling → resting → exchanging → resting … → ending → closed.
///
/// It does one unit of work at a time and tells its generator when it is ready for one, has done it
/// or has failed. All its times are exact ones, read when something is begun and when it is done.
final class LoadConnection: Wakeable, SideOwner {
    enum Phase { case closed, dialling, resting, exchanging, ending }

    private(set) var phase = Phase.closed
    /// A unit of work is under way, from its beginning to its end or failure.
    private(set) var isBusy = false
    /// It is opened ahead of any work, and its generator waits for how that ends.
    var isOpening = false
    private unowned let generator: Generator
    let team: Team
    /// Of this opening: what the loop still says of an earlier one is recognised.
    private var token = Token(raw: 0)
    private var dial: Dial?
    private var side: (any Side)?
    private var sidePart = 0
    private var deadline = UInt64.max

    /// Of the unit under way: when it was meant to begin, and did.
    private var intended: UInt64 = 0
    private var began: UInt64 = 0
    /// When the connection was ready.
    private var ready: UInt64 = 0
    private var sent: UInt64 = 0
    private var gauge = AnswerGauge(.bytes(0))

    init(_ team: Team, _ generator: Generator) {
        self.team = team
        self.generator = generator
    }

    // MARK: what the loop says

    func note(_ events: UInt32, part: Int) {
        if let side {
            if part == sidePart { _ = side.note(events) }
        } else {
            dial?.note(events, part: part)
        }
    }

    func receive(_ message: any Sendable) {
        if let resolved = message as? Outbound.Resolved { dial?.receive(resolved) }
    }

    func wake() { generator.loop.wake(token) }
    func arrived(_ bytes: RawSpan, from side: any Side) {}

    func run() {
        while true {
            let before = phase
            switch phase {
            case .closed: return
            case .dialling: advance()
            case .resting: watch()
            case .exchanging: exchange()
            case .ending: awaitEnd()
            }
            if phase == before { return }
        }
    }

    func sweep(now: UInt64) -> UInt64 {
        guard now >= deadline else { return deadline }
        if phase == .exchanging { fail("timeout", "no whole answer within \(limit.text)") }
        if phase == .ending { ended() }
        wake()
        return .max
    }

    private var limit: Duration { generator.settings.timeout }

    private func expect(within limit: Duration) {
        deadline = generator.loop.now + limit.nanoseconds
        generator.loop.expect(by: deadline)
    }

    // MARK: dialling

    /// Only a closed connection is opened.
    func open() {
        precondition(phase == .closed, "a connection is opened once at a time")
        phase = .dialling
        token = generator.loop.register(self)
        let dial = Dial(team.upstream, team.outbound, for: token)
        self.dial = dial
        deadline = dial.deadline
        generator.loop.wake(token)
    }

    private func advance() {
        guard let dial else { return }
        switch dial.advance() {
        case .waiting: deadline = dial.deadline
        case .failed(let why): fail(why.reason.rawValue, why.message)
        case .ready(let side, let part):
            self.side = side
            sidePart = part
            side.owner = self
            deadline = .max
            ready = Clock.now()
            generator.connected(self, dial.timings, side.negotiated)
            self.dial = nil
            phase = .resting
            if isBusy { start() } else { generator.isReady(self) }
        }
    }

    // MARK: units of work

    /// A unit that was meant to begin at `intended` begins `now`.
    func begin(intended: UInt64, now: UInt64) {
        precondition(!isBusy, "one unit at a time")
        isBusy = true
        self.intended = intended
        began = now
        if phase == .closed { open() } else { start() }
    }

    /// The connection is ready for it.
    private func start() {
        phase = .exchanging
        sent = 0
        gauge = AnswerGauge(team.answer)
        if team.kind != .flood { expect(within: limit) }
        guard let side else { return }
        // Whatever comes of it is for the next turn: units without an answer would nest. An end
        // that came with the last answer is still to be read, and no event will tell.
        if !send(side) || needsNoMore || !side.dry { wake() }
    }

    /// All was sent, and no byte of an answer is wanted.
    private var needsNoMore: Bool {
        sent == team.request.count && (gauge.isWhole || team.kind == .stall)
    }

    private func exchange() {
        guard let side else { return }
        if !send(side) { return lost(side) }
        if needsNoMore { return finishUnit(now: Clock.now()) }
        for _ in 0..<Limits.pullsPerTurn {
            let scratch = generator.scratch
            let (pulled, count) = scratch.fill(upTo: Scratch.capacity) { side.pull(into: &$0) }
            switch pulled {
            case .nothing: return
            case .end(let how): return broke(how, side)
            case .bytes:
                if count == 0 { continue }
                generator.sample.bytesDown += UInt64(count)
                if team.kind == .flood { continue }
                switch scratch.withBytes(count, { gauge.take($0) }) {
                case .excess:
                    return fail(
                        "excess", "more bytes than an answer has; one has \(team.answer.text)")
                case .whole where sent == team.request.count: return finishUnit(now: Clock.now())
                case .whole, .more: if side.dry { return }
                }
            }
        }
        generator.loop.wakeLater(token)
    }

    /// false: nothing can be sent any more.
    private func send(_ side: any Side) -> Bool {
        var pieces = Limits.pullsPerTurn
        while sent < team.request.count {
            if pieces == 0 {
                generator.loop.wakeLater(token)
                return true
            }
            pieces -= 1
            let offered = team.request.withBytes(from: sent) { bytes -> Offered in
                let room = side.room(for: bytes.byteCount)
                return room == 0 ? .took(0) : side.offer(bytes.extracting(first: room))
            }
            guard case .took(let count) = offered else { return false }
            if count == 0 { return true }
            sent += UInt64(count)
            generator.sample.bytesUp += UInt64(count)
        }
        return true
    }

    private func finishUnit(now: UInt64) {
        generator.sample.record(intended: intended, began: began, now: now)
        if team.kind == .connection, team.answer != .bytes(0) {
            generator.sample.record(.answering, now - ready)
        }
        switch team.kind {
        case .connection: end()
        case .exchange, .stall, .flood:
            phase = .resting
            deadline = .max
            finished()
        }
    }

    private func finished() {
        isBusy = false
        generator.isDone(self, ok: true)
    }

    // MARK: at rest

    /// Nothing is expected, so whatever comes is told.
    private func watch() {
        guard let side, team.kind != .stall else { return }
        while true {
            let (pulled, count) = generator.scratch.fill(upTo: Scratch.capacity) {
                side.pull(into: &$0)
            }
            switch pulled {
            case .nothing: return
            case .bytes where count == 0: continue
            case .bytes: return fail("excess", "bytes on a connection at rest")
            case .end: return fail("closed", "the service closed a connection at rest")
            }
        }
    }

    // MARK: the end

    /// In order: what the service still says is read until it has ended as well.
    private func end() {
        phase = .ending
        expect(within: Limits.loadEndPatience)
    }

    private func awaitEnd() {
        guard let side else { return }
        if !side.finish() && !side.aborted { return }
        for _ in 0..<Limits.pullsPerTurn {
            let (pulled, _) = generator.scratch.fill(upTo: Scratch.capacity) {
                side.pull(into: &$0)
            }
            switch pulled {
            case .bytes: continue
            case .nothing: return
            case .end: return ended()
            }
        }
        generator.loop.wakeLater(token)
    }

    private func ended() {
        close()
        finished()
    }

    /// The send failed: what the service said last may tell why.
    private func lost(_ side: any Side) {
        let (pulled, _) = generator.scratch.fill(upTo: Scratch.capacity) { side.pull(into: &$0) }
        if case .end(let how) = pulled { return broke(how, side) }
        broke(.reset, side)
    }

    /// The service ended in the middle of a unit.
    private func broke(_ how: Ending, _ side: any Side) {
        let isSilent = gauge.count == 0
        switch how {
        case .reset: fail("reset", side.failure?.message ?? "the service reset the connection")
        case .truncated:
            fail("truncated", "the service ended TLS without close_notify in an answer")
        case .clean where isSilent:
            fail("closed", "the service closed the connection without an answer")
        case .clean:
            fail("short", "the answer ended after \(gauge.count) bytes of \(team.answer.text)")
        }
    }

    private func fail(_ kind: String, _ example: String) {
        generator.failed(self, kind, example)
        dial?.cancel()
        side?.abort(alerting: true)
        close(abortively: true)
        let wasBusy = isBusy
        isBusy = false
        if wasBusy { generator.isDone(self, ok: false) } else { generator.isLost(self) }
    }

    /// Time is over, or the run: at rest it ends in order, a unit under way without a word.
    func drop() {
        dial?.cancel()
        let isOrderly = phase == .resting && team.kind == .exchange
        if isOrderly { _ = side?.finish() }
        if phase != .closed { close(abortively: !isOrderly) }
        isBusy = false
    }

    private func close(abortively: Bool = false) {
        side?.close(abortively: abortively)
        side = nil
        dial = nil
        deadline = .max
        phase = .closed
        generator.loop.release(token)
    }
}

extension Exchange.Answer {
    fileprivate var text: String {
        switch self {
        case .bytes(let count): "\(count) bytes"
        case .line: "one line"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// One thread's loop: wait, note what happened, let everyone who is ready have a turn, settle.

/// A turn of the loop:
///  1. epoll tells; each receiver notes it and goes on the ready list;
///  2. timers that are due and deadlines that have passed put theirs on it;
///  3. everyone on the list has a turn, and so has whoever was woken meanwhile; those that are
///     woken after that, and those that used theirs up, come next time;
///  4. `settle` sends what the turn staged.
final class EventLoop {
    private let epoll: Epoll
    let mailbox: Mailbox
    private var slots = Slots()
    /// Turns used up: they run again after the others, behind an `epoll_wait` that does not wait.
    private var later: [Token] = []
    private var timers = TimerHeap()
    /// When the next deadline may have passed. Early is harmless, late is not.
    private var nextSweep = UInt64.max
    /// Coarse monotonic time, read once a turn.
    private(set) var now = Clock.coarse()
    private(set) var isStopped = false

    private static let bell = Token(slot: 0, generation: 0)

    init() throws(Errno) {
        epoll = try Epoll()
        mailbox = try Mailbox()
        if !epoll.watchSignal(mailbox.bell.raw, token: Self.bell.raw) { throw Errno() }
    }

    // MARK: who lives here

    func register(_ who: any Wakeable) -> Token { slots.register(who) }
    func release(_ token: Token) { slots.release(token) }
    func hand(_ token: Token, to other: any Wakeable) { slots.hand(token, to: other) }

    func watch(_ socket: Socket, _ token: Token) -> Bool {
        epoll.watchStream(socket.raw, token: token.raw)
    }
    func watchListener(_ raw: Int32, _ token: Token) -> Bool {
        epoll.watchListener(raw, token: token.raw)
    }
    func forgetListener(_ raw: Int32) { epoll.forget(raw) }
    func watchAlarm(_ alarm: Alarm, _ token: Token) -> Bool {
        epoll.watchSignal(alarm.raw, token: token.raw)
    }

    // MARK: waking

    func wake(_ token: Token) { slots.wake(token) }
    func wakeLater(_ token: Token) { later.append(token) }
    func wake(_ token: Token, after wait: Duration) { wake(token, at: now + wait.nanoseconds) }
    func wake(_ token: Token, at time: UInt64) { timers.add(token, at: time) }

    /// Somebody has a deadline then.
    func expect(by deadline: UInt64) {
        if deadline < nextSweep { nextSweep = deadline }
    }

    func stop() { isStopped = true }

    /// The same message for whoever lives here, but for who passes it on: that would never end.
    func tellEveryone(_ message: some Sendable, but teller: (any Wakeable)? = nil) {
        for index in 0..<slots.count {
            guard let occupant = slots.occupant(index), occupant !== teller else { continue }
            occupant.receive(message)
        }
    }

    // MARK: the loop

    func run(settle: () -> Void) {
        while !isStopped {
            for token in later { slots.wake(token) }
            later.removeAll(keepingCapacity: true)
            epoll.wait(milliseconds: patience()) { raw, events in
                let token = Token(raw: raw)
                if token == Self.bell { return hear() }
                slots.told(token)?.note(events, part: token.part)
            }
            now = Clock.coarse()
            while let token = timers.pop(dueBy: now) { slots.wake(token) }
            if nextSweep <= now { sweep() }
            // Twice: a carrier's frames wake sessions, and epoll would have nothing to say.
            takeTurns()
            takeTurns()
            slots.endTurn()
            settle()
        }
    }

    /// Everyone who is on the list now.
    private func takeTurns() {
        var turns = slots.readyCount
        while turns > 0, let who = slots.next() {
            who.run()
            turns -= 1
        }
    }

    /// How long the loop may wait, in milliseconds.
    private func patience() -> Int32 {
        if slots.isReady { return 0 }
        let next = min(timers.earliest, nextSweep)
        if next == .max { return -1 }
        if next <= now { return 0 }
        return Int32(min((next - now) / 1_000_000 + 1, 60_000))
    }

    private func hear() {
        for mail in mailbox.collect() { slots.told(mail.to)?.receive(mail.message) }
    }

    /// Asks everyone about deadlines. They are seconds long and few pass, so a walk over the slots
    /// every now and then costs less than a timer for each session.
    private func sweep() {
        nextSweep = .max
        var next = UInt64.max
        for index in 0..<slots.count {
            if let who = slots.occupant(index) { next = min(next, who.sweep(now: now)) }
        }
        if next != .max { expect(by: max(next, now + Limits.sweepPause.nanoseconds)) }
    }
}

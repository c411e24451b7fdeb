// SPDX-License-Identifier: Apache-2.0
// One thread, one event loop, its sessions, and everything they share.

import Glibc

/// Nothing here is shared with other threads but its mailbox, the placement and the log.
final class Worker: Wakeable {
    /// A connection that another worker accepted for this one.
    struct Handover: Sendable {
        let listener: Int
        /// Owned by the message.
        let raw: Int32
        let peer: SocketAddress
    }
    /// Stop accepting, let sessions finish.
    struct Drain: Sendable {}
    /// End every session.
    struct Cut: Sendable {
        let sessions: SessionCut
    }
    /// What each of them then hears: after what is queued for its peers, or without.
    enum SessionCut: Sendable { case afterDelivery, now }
    /// Leave the loop.
    struct Stop: Sendable {}

    /// The worker registers before anyone else, so its colleagues know its token.
    static let mailToken = Token(slot: 0, generation: 1)

    let index: Int
    let loop: EventLoop
    let works: TLSWorks
    let outbound: Outbound
    let scratch = Scratch()
    let pipes: PipePool
    let placement: Placement
    let log: Log
    let tally: Tally
    /// Mailboxes of all workers, by index; set before any of them runs.
    var colleagues: [Mailbox] = []
    private var listeners: [Listener] = []
    private var sessions: UInt64 = 0

    init(
        index: Int, entrances: [(Entrance, [ListeningSocket])], resolver: Resolver,
        placement: Placement, pipes: Int, log: Log, tally: Tally
    ) throws(Errno) {
        self.index = index
        self.placement = placement
        self.log = log
        self.tally = tally
        loop = try EventLoop()
        guard let works = TLSWorks() else { throw Errno(ENOMEM) }
        self.works = works
        outbound = Outbound(loop: loop, works: works, resolver: resolver)
        self.pipes = PipePool(limit: pipes)
        let token = loop.register(self)
        precondition(token == Self.mailToken, "the worker registers first")
        for (entrance, sockets) in entrances {
            for socket in sockets {
                listeners.append(
                    Listener(entrance, socket, index: listeners.count, worker: self))
            }
        }
    }

    /// The thread's body.
    func serve() {
        for listener in listeners { listener.begin() }
        loop.run { works.settle() }
    }

    func note(_ events: UInt32, part: Int) {}
    func run() {}
    func sweep(now: UInt64) -> UInt64 { .max }

    func receive(_ message: any Sendable) {
        switch message {
        case let handover as Handover:
            listeners[handover.listener].admit(
                Descriptor(adopting: handover.raw), handover.peer)
        case is Drain:
            for listener in listeners { listener.close() }
            placement.workerDrained()
        case let cut as Cut: loop.tellEveryone(cut.sessions)
        case is Stop: loop.stop()
        default: break
        }
    }

    /// Unique in the process; the worker's index is its remainder.
    func nextSessionID() -> UInt64 {
        sessions += 1
        return (sessions - 1) * UInt64(colleagues.count) + UInt64(index) + 1
    }

    func sessionEnded() { placement.leave(index) }

    func report(_ record: SessionRecord, isTrouble: Bool, wasTruncated: Bool) {
        tally.count(record, wasTruncated: wasTruncated)
        log.session(record)
        if isTrouble, let message = record.message {
            let what = "while \(record.phase), session \(record.session) on \(record.listener)"
            log.event(
                record.closedBy == .client ? .listener : .upstream,
                folding: "\(record.reason) \(record.upstream) \(record.phase)",
                "\(message) (\(what))")
        }
    }

    // MARK: accepting under pressure

    private var isStarving = false

    /// Said once for the process, however many workers notice.
    func acceptingFails(_ listener: Listener, _ why: Errno) {
        isStarving = true
        guard placement.starving(true) else { return }
        log.event(
            .listener, .warning,
            "cannot accept on \(listener.name), descriptors or memory have run out: "
                + "\(why); clients wait in the backlog, "
                + "running sessions go on; raise the limit (ulimit -n, LimitNOFILE) or lower "
                + "--sessions")
    }

    func acceptingWorks(_ listener: Listener) {
        if !isStarving { return }
        isStarving = false
        guard placement.starving(false) else { return }
        log.event(.listener, .notice, "accepting on \(listener.name) again")
    }
}

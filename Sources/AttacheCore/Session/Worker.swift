// SPDX-License-Identifier: Apache-2.0
// One thread, one event loop, its sessions, and everything they share.

import Glibc

/// Nothing here is shared with other threads but its mailbox, the placement and the log.
final class Worker: Wakeable {
    /// A connection that another worker accepted for this one.
    struct Handover: Sendable {
        let entrance: Entrance
        /// Owned by the message.
        let raw: Int32
        let peer: SocketAddress
    }
    /// Serve this generation from now on; listeners it does not have are closed.
    struct Serve: Sendable {
        let generation: Generation
        let done: Countdown
    }
    /// Are you there?
    struct Ping: Sendable {
        let done: Countdown
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
    private var carriers: [ObjectIdentifier: AcceptedCarrier] = [:]
    /// Nobody is accepted any more.
    private(set) var isDraining = false
    /// It was told to stop, and does by then.
    private var stopBy: UInt64?
    private var sessions: UInt64 = 0

    init(
        index: Int, generation: Generation, resolver: Resolver,
        placement: Placement, pipes: Int, log: Log, tally: Tally
    ) throws(Errno) {
        self.index = index
        self.placement = placement
        self.log = log
        self.tally = tally
        loop = try EventLoop()
        guard let works = TLSWorks() else { throw Errno(ENOMEM) }
        self.works = works
        let tunnels = TunnelWorks(loop: loop, scratch: scratch)
        outbound = Outbound(loop: loop, works: works, tunnels: tunnels, resolver: resolver) {
            news in Self.hear(news, log, tally)
        }
        self.pipes = PipePool(limit: pipes)
        let token = loop.register(self)
        precondition(token == Self.mailToken, "the worker registers first")
        listeners = generation.doors.map { Listener($0, worker: self) }
    }

    /// The thread's body.
    func serve() {
        for listener in listeners { listener.begin() }
        loop.run {
            outbound.tunnels.settle()
            works.settle()
        }
    }

    func note(_ events: UInt32, part: Int) {}
    func sweep(now: UInt64) -> UInt64 { .max }

    /// After a message. What the last sessions said may still be on its way when it is told to
    /// stop, in carriers that outlive them.
    func run() {
        guard let stopBy else { return }
        if outbound.liveCarriers == 0 || loop.now >= stopBy { return loop.stop() }
        loop.wake(Self.mailToken, after: Limits.abortPollMax)
    }

    func receive(_ message: any Sendable) {
        switch message {
        case let handover as Handover:
            admit(Descriptor(adopting: handover.raw), handover.peer, handover.entrance)
        case let order as Serve:
            serve(order.generation)
            order.done.one()
        case let ping as Ping: ping.done.one()
        case let census as Census:
            loop.tellEveryone(census, but: self)
            for carrier in carriers.values { census.add(carrierOf: carrier.entrance.name) }
            for (upstream, count) in outbound.openCarriers {
                census.add(carriersTo: upstream.name, count)
            }
            census.done.one()
        case let closing as SessionClosing:
            loop.tellEveryone(closing, but: self)
            closing.done.one()
        case is Drain:
            isDraining = true
            for listener in listeners { listener.close() }
            for carrier in carriers.values { carrier.shutDown() }
            placement.workerDrained()
        case let cut as Cut:
            loop.tellEveryone(cut.sessions, but: self)
            if cut.sessions == .now { for carrier in carriers.values { carrier.cut() } }
        case is Stop:
            outbound.retireCarriers()
            stopBy = loop.now + Limits.carrierLinger.nanoseconds
        default: break
        }
    }

    /// Listeners whose socket the generation has get its entrance, new ones begin, others end.
    private func serve(_ generation: Generation) {
        var before = listeners
        listeners = generation.doors.map { door in
            guard let at = before.firstIndex(where: { $0.socket === door.socket }) else {
                let listener = Listener(door, worker: self)
                listener.begin()
                return listener
            }
            let listener = before.remove(at: at)
            listener.entrance = door.entrance
            return listener
        }
        for listener in before { listener.close() }
        for carrier in carriers.values {
            let name = carrier.entrance.settings.name
            carrier.serve(generation.entrances.first { $0.settings.name == name })
        }
        outbound.forgetAll(but: generation.upstreams)
    }

    // MARK: sessions

    /// A session begins; it has been counted.
    func admit(
        _ descriptor: consuming Descriptor, _ peer: SocketAddress, _ entrance: Entrance
    ) {
        let wire = Socket(descriptor, isUnix: peer.family == AF_UNIX)
        var end: TLSEnd?
        if let context = entrance.tls {
            end = TLSEnd(wire, role: .server, context: context, serverName: nil, works: works)
            if end == nil {
                wire.lingerZero()
                log.event(
                    .listener, folding: "memory",
                    "no memory for one more TLS client; it was refused")
                return sessionEnded(entrance)
            }
        }
        if !begin(wire, end, peer, entrance) {
            let why = Errno()
            log.event(
                .listener, folding: "watch", "cannot watch one more client: \(why); it was refused")
            sessionEnded(entrance)
        }
    }

    /// A session, or a carrier that will bring some; false: the kernel cannot watch its socket.
    private func begin(
        _ wire: Socket, _ end: TLSEnd?, _ peer: SocketAddress, _ entrance: Entrance
    ) -> Bool {
        if case .upstream(let upstream) = entrance.destination {
            let side: any Side = end.map(TLSSide.init) ?? PlainSide(wire)
            return Session(side, peer: peer, entrance: entrance, to: upstream, worker: self).begin()
        }
        guard let end, let accept = entrance.settings.accept else {
            preconditionFailure("a listener that accepts tunnels has TLS")
        }
        let carrier = AcceptedCarrier(entrance, accept, peer: peer, worker: self)
        guard carrier.begin(over: end) else { return false }
        carriers[ObjectIdentifier(carrier)] = carrier
        // It is no session; those that it brings are counted one by one.
        placement.becomesCarrier()
        return true
    }

    func carrierVanished(_ carrier: AcceptedCarrier) {
        carriers[ObjectIdentifier(carrier)] = nil
        placement.carrierLeaves(index)
    }

    private static func hear(_ news: CarrierNews, _ log: Log, _ tally: Tally) {
        switch news {
        case .opened(let carrier, let upstream):
            if let tls = carrier.negotiated { tally.countCarrier(.init(tls), withClient: false) }
            log.carrierOpened(
                carrier, "to \(carrier.address) for \(upstream.name)", .upstream)
        case .closed(let carrier, let upstream, let why, let streams):
            log.carrierClosed(
                carrier, "to \(carrier.address) for \(upstream.name)", why, lost: streams)
        }
    }

    /// Somebody who may not come in by the address: reset, before a byte or a handshake.
    func refuse(
        _ descriptor: consuming Descriptor, _ peer: SocketAddress, _ entrance: Entrance
    ) {
        Socket(descriptor, isUnix: false).lingerZero()
        entrance.tally.refuse()
        let end = SessionEnd.decided(
            .sourceRefused, phase: "admitting the client",
            "\(peer) is not among the addresses that may connect (sources)")
        report(
            record(end, of: peer, entrance), of: nil, dialled: nil, isTrouble: true,
            wasTruncated: false)
    }

    /// Of somebody who never was a session.
    func record(_ end: SessionEnd, of peer: SocketAddress, _ entrance: Entrance) -> SessionRecord {
        SessionRecord(
            session: nextSessionID(), worker: index, listener: entrance.name,
            client: peer.description, upstream: entrance.upstreamNames, closedBy: end.by,
            phase: end.phase, reason: end.reason.rawValue, message: end.message,
            retryable: true, attempts: 0, startNanoseconds: Clock.wall(), durationNanoseconds: 0)
    }

    /// Unique in the process; the worker's index is its remainder.
    func nextSessionID() -> UInt64 {
        sessions += 1
        return (sessions - 1) * UInt64(colleagues.count) + UInt64(index) + 1
    }

    func sessionEnded(_ entrance: Entrance) {
        entrance.tally.leave()
        placement.leave(index)
    }

    /// `entrance` nil: it was none of its sessions yet. An upstream that was not dialled has
    /// nothing to do with how it ended.
    func report(
        _ record: SessionRecord, of entrance: Entrance?, dialled: Upstream?, isTrouble: Bool,
        wasTruncated: Bool
    ) {
        tally.count(record, wasTruncated: wasTruncated)
        entrance?.tally.count(record)
        dialled?.tally.count(record)
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

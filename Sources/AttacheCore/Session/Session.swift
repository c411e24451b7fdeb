// SPDX-License-Identifier: Apache-2.0
// The life of one client byte stream, in the order in which it happens.

/// accepted → securing the client → dialling → relaying → ending → closed.
///
/// A flat class in its worker's slot table. Events set flags and put it on the ready list; `run` is
/// its turn. Part 0 of its token is the client's socket, the others are its dial's, one of which
/// becomes the upstream's.
final class Session: Wakeable, SideOwner {
    enum Phase {
        case securingClient, dialling, relaying, ending, closed

        /// As it follows "while"; a dial knows more exactly.
        var doing: String {
            switch self {
            case .securingClient: "securing the client"
            case .dialling: "dialling the upstream"
            case .relaying, .ending, .closed: "relaying"
            }
        }
    }

    let id: UInt64
    private let worker: Worker
    private let entrance: Entrance
    /// Where the client is led.
    private let destination: Upstream
    private let peer: SocketAddress
    private var token = Token(raw: 0)
    private var phase = Phase.securingClient
    private let client: any Side
    /// While dialling; afterwards it keeps its timings and address.
    private var dial: (any Dialling)?
    private var upstream: (any Side)?
    private var upstreamPart = 0
    private var relay = Relay()
    private var due = Relay.Due.all
    private var clocks: SessionClocks
    /// From the end's decision until everything has been told.
    private var farewell: Farewell?
    private var end: SessionEnd?

    init(
        _ client: any Side, peer: SocketAddress, entrance: Entrance, to destination: Upstream,
        worker: Worker
    ) {
        self.client = client
        self.peer = peer
        self.entrance = entrance
        self.destination = destination
        self.worker = worker
        id = worker.nextSessionID()
        clocks = SessionClocks(now: worker.loop.now)
    }

    /// Takes its slot and its first turn; false: the kernel cannot watch its socket.
    func begin() -> Bool {
        token = worker.loop.register(self)
        client.owner = self
        if let socket = client.socket, !worker.loop.watch(socket, token) {
            client.close(abortively: true)
            worker.loop.release(token)
            return false
        }
        clocks.deadline = clocks.accepted + entrance.settings.handshakeTimeout.nanoseconds
        worker.loop.expect(by: clocks.earliest(clocks.deadline, settings.lifetime))
        worker.loop.wake(token)
        return true
    }

    func note(_ events: UInt32, part: Int) {
        if part == 0 {
            due.add(client.note(events), from: .client)
        } else if let upstream {
            if part == upstreamPart { due.add(upstream.note(events), from: .upstream) }
        } else {
            dial?.note(events, part: part)
        }
    }

    func receive(_ message: any Sendable) {
        if let resolved = message as? Outbound.Resolved { dial?.receive(resolved) }
        if let census = message as? Census { answer(census) }
        if let closing = message as? SessionClosing, closing.session == id, end == nil {
            closing.closed()
            conclude(.decided(.operator, phase: doing, "closed by an operator (attache close)"))
        }
        guard let cut = message as? Worker.SessionCut else { return }
        if cut == .now {
            end = end ?? .decided(.drain, phase: doing, "open when attache was told to end at once")
            if phase == .dialling { dial?.cancel() }
            if phase != .closed { close(abortively: true) }
        } else {
            conclude(.decided(.drain, phase: doing, "still open when the drain period ended"))
        }
    }

    func wake() {
        due = .all
        worker.loop.wake(token)
    }

    func run() {
        while true {
            let before = phase
            switch phase {
            case .securingClient: secureClient()
            case .dialling: dialUpstream()
            case .relaying: relayBytes()
            case .ending: awaitDelivery()
            case .closed: return
            }
            if phase == before { return }
        }
    }

    // MARK: securing the client

    private func secureClient() {
        switch client.open() {
        case .ready: beginDial()
        case .waiting:
            if worker.loop.now < clocks.deadline { return }
            let limit = entrance.settings.handshakeTimeout
            conclude(
                .decided(
                    .handshakeTimeout, phase: doing,
                    "the client did not finish the TLS handshake within \(limit.text) (handshake)"))
        case .failed(let why, let alerted):
            conclude(.clientHandshake(why), clientHasBeenTold: alerted)
        }
    }

    // MARK: dialling

    /// Nothing is dialled for a client that has not been let in, and nothing of it is read before
    /// the dial is ready: a Unix client learns of a failure by what lies unread (unix has no
    /// reset).
    private func beginDial() {
        // A stream was secured with its carrier.
        clocks.secured = client.isPlain || client.socket == nil ? nil : Clock.now()
        phase = .dialling
        worker.log.event(
            .listener, .debug,
            "session \(id) of \(peer) on \(entrance.name) is let in, for \(destination.name)")
        dial = worker.outbound.dial(destination, for: token, owner: self)
    }

    private func dialUpstream() {
        guard let dial else { return }
        if client.aborted {
            dial.cancel()
            return conclude(.broken(.client, .reset, side: client, phase: doing))
        }
        switch dial.advance() {
        case .waiting: clocks.deadline = dial.deadline
        case .failed(let why): conclude(.dial(why))
        case .ready(let side, let part): beginRelay(side, part)
        }
    }

    // MARK: relaying

    private func beginRelay(_ side: any Side, _ part: Int) {
        worker.log.event(
            .upstream, .debug,
            "session \(id) reached \(destination.name) "
                + ((dial?.address).map { "at \($0)" } ?? "in this process"))
        upstream = side
        upstreamPart = part
        side.owner = self
        client.accept()
        phase = .relaying
        due = .all
        clocks.moved = worker.loop.now
        worker.loop.expect(
            by: clocks.nextDeadline(settings, isHalfClosed: false, now: clocks.moved))
    }

    private func relayBytes() {
        guard let upstream else { return }
        let concerned = due
        due = []
        let before = relay.bytesUp &+ relay.bytesDown
        let wasHalfClosed = relay.isHalfClosed
        let step = relay.move(
            concerned, client: client, upstream: upstream, scratch: worker.scratch,
            pipes: worker.pipes)
        if relay.bytesUp &+ relay.bytesDown != before { bytesMoved() }
        switch step {
        case .waiting:
            if relay.isHalfClosed && !wasHalfClosed {
                clocks.moved = worker.loop.now
                worker.loop.expect(
                    by: clocks.nextDeadline(settings, isHalfClosed: true, now: clocks.moved))
            }
        case .usedUp:
            due = .all
            worker.loop.wakeLater(token)
        case .done:
            end = SessionEnd(
                reason: .completed, by: relay.endedFirst == .client ? .client : .upstream,
                phase: doing, message: truncationNote)
            close(abortively: false)
        case .abort(let victim, let how):
            let culprit: Relay.Party = victim == .client ? .upstream : .client
            let side = culprit == .client ? client : upstream
            conclude(.broken(culprit, how, side: side, phase: doing), telling: victim)
        }
    }

    private func bytesMoved() {
        clocks.moved = worker.loop.now
        // Whoever got bytes owes an acknowledgement: look after it.
        clocks.hasUnsettledOutput = true
        worker.loop.expect(by: clocks.moved + settings.deadPeer.nanoseconds / 8)
    }

    /// A stream pushes: to the other side where that is ready, otherwise the bytes wait for it.
    func arrived(_ bytes: RawSpan, from side: any Side) {
        let before = relay.bytesUp &+ relay.bytesDown
        relay.arrived(
            bytes, from: side, client: client, upstream: upstream, isOpen: phase == .relaying)
        if relay.bytesUp &+ relay.bytesDown != before { bytesMoved() }
    }

    private var settings: UpstreamSettings { destination.settings }

    /// Ended without close_notify and taken for a clean end by the settings: told all the same.
    private var truncationNote: String? {
        let sides: [(String, (any Side)?)] = [("client", client), ("upstream", upstream)]
        let names = sides.filter { $0.1?.wasTruncated == true }.map { $0.0 }
        if names.isEmpty { return nil }
        return "the \(names.joined(separator: " and the ")) ended TLS without close_notify "
            + "(taken for a clean end: unclean-end)"
    }

    // MARK: ending

    /// The end is decided: whoever is to be told hears of it after what came before it.
    /// `victim` nil: an end of ours or of a dial, told to everybody.
    private func conclude(
        _ end: SessionEnd, telling victim: Relay.Party? = nil, clientHasBeenTold: Bool = false
    ) {
        if phase == .ending || phase == .closed { return }
        if phase == .dialling { dial?.cancel() }
        if phase != .relaying { client.refuse(end.refusal) }
        var victims: [any Side] = []
        if victim != .upstream { victims.append(client) }
        if victim != .client, let upstream { victims.append(upstream) }
        let isUnix = victims.contains { $0.socket?.isUnix == true }
        self.end = isUnix && phase == .relaying ? end.toldOverUnix : end
        for side in victims { side.abort(alerting: victim == nil) }
        farewell = Farewell(
            victims, abortively: !clientHasBeenTold, patience: settings.abortLinger,
            now: worker.loop.now)
        phase = .ending
        worker.loop.wake(token)
    }

    /// Nothing tells when the send queue is empty: look again and again, at first soon.
    private func awaitDelivery() {
        guard let farewell else { return }
        if let pause = self.farewell?.pause(now: worker.loop.now) {
            worker.loop.wake(token, after: pause)
        } else {
            close(abortively: farewell.isAbortive)
        }
    }

    private func close(abortively: Bool) {
        report()
        relay.release(to: worker.pipes)
        client.close(abortively: abortively)
        upstream?.close(abortively: abortively)
        phase = .closed
        worker.loop.release(token)
        worker.sessionEnded(entrance)
    }

    // MARK: deadlines

    func sweep(now: UInt64) -> UInt64 {
        if phase == .ending || phase == .closed { return .max }
        if let lifetime = settings.lifetime, now >= clocks.accepted + lifetime.nanoseconds {
            conclude(.decided(.lifetime, phase: doing, "older than \(lifetime.text) (lifetime)"))
            return .max
        }
        guard phase == .relaying else {
            if now >= clocks.deadline { worker.loop.wake(token) }
            return clocks.earliest(clocks.deadline, settings.lifetime)
        }
        if let silent = clocks.silence(settings, isHalfClosed: relay.isHalfClosed, now: now) {
            conclude(silent(doing))
            return .max
        }
        if clocks.hasUnsettledOutput, let dead = deadPeer(now: now) {
            conclude(dead)
            return .max
        }
        return clocks.nextDeadline(settings, isHalfClosed: relay.isHalfClosed, now: now)
    }

    private func deadPeer(now: UInt64) -> SessionEnd? {
        let verdicts = clocks.verdicts(client, upstream, limit: settings.deadPeer, now: now)
        if verdicts.client == .settled && verdicts.upstream == .settled {
            clocks.hasUnsettledOutput = false
        }
        guard verdicts.client == .dead || verdicts.upstream == .dead else { return nil }
        let who = verdicts.client == .dead ? "client" : "upstream"
        return SessionEnd(
            reason: .deadPeer, by: verdicts.client == .dead ? .client : .upstream, phase: doing,
            message: "the \(who) has acknowledged nothing for \(settings.deadPeer.text) "
                + "while bytes for it wait (dead-peer)")
    }

    private var doing: String {
        phase == .dialling ? dial?.stage.rawValue ?? phase.doing : phase.doing
    }

    // MARK: what others are told

    private func report() {
        guard let end else { return }
        let finished = Clock.now()
        var record = SessionRecord(
            session: id, worker: worker.index, listener: entrance.name,
            client: peer.description, upstream: destination.name, closedBy: end.by,
            phase: end.phase, reason: end.reason.rawValue, message: end.message,
            retryable: end.reason != .completed && relay.bytesUp == 0,
            attempts: dial?.attempts ?? 0,
            bytesUp: relay.bytesUp, bytesDown: relay.bytesDown,
            startNanoseconds: clocks.wallStart,
            durationNanoseconds: finished - clocks.start)
        record.endpoint = dial?.address?.description
        record.acceptTLSNanoseconds = clocks.secured.map { $0 - clocks.start }
        record.resolveNanoseconds = dial?.timings.resolving.nanoseconds
        record.connectNanoseconds = dial?.timings.connecting.nanoseconds
        record.tlsNanoseconds = dial?.timings.securing.nanoseconds
        record.tunnelNanoseconds = dial?.timings.tunnelling.nanoseconds
        record.clientTLS = client.negotiated.map(SessionRecord.TLS.init)
        record.upstreamTLS = upstream?.negotiated.map(SessionRecord.TLS.init)
        record.clientTunnel = client.tunnel
        record.upstreamTunnel = dial?.tunnel
        worker.report(
            record, of: entrance, dialled: dial == nil ? nil : destination,
            isTrouble: end.reason.isTrouble,
            wasTruncated: client.wasTruncated || upstream?.wasTruncated == true)
    }

    private func answer(_ census: Census) {
        guard phase != .closed else { return }
        let now = Clock.now()
        let age = now - min(now, clocks.start)
        census.add(
            listener: entrance.name, upstream: dial == nil ? nil : destination.name,
            bytesUp: relay.bytesUp, bytesDown: relay.bytesDown, age: age
        ) {
            var status = SessionStatus(
                session: id, worker: worker.index, listener: entrance.name,
                upstream: destination.name, client: peer.description, phase: doing,
                ageNanoseconds: age,
                idleNanoseconds: worker.loop.now - min(worker.loop.now, clocks.moved),
                bytesUp: relay.bytesUp, bytesDown: relay.bytesDown,
                generation: entrance.generation)
            status.endpoint = dial?.address?.description
            status.clientIdentity = client.negotiated?.peer
            return status
        }
    }
}

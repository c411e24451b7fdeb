// SPDX-License-Identifier: Apache-2.0
// A carrier that came in by a listener: each stream of it that asks for a known authority is a
// session.

/// Holds a place of the process for its descriptor until its connection is gone; its sessions have
/// their own, and count for the listener.
final class AcceptedCarrier: CarrierOwner {
    /// Of the sessions that begin from now on; a reload brings another one.
    private(set) var entrance: Entrance
    private let accept: AcceptSettings
    private let peer: SocketAddress
    private let worker: Worker
    private var carrier: Carrier?
    private let began = Clock.now()
    /// Until it is let in it counts for the listener as a session does: whoever only connects must
    /// not fill the process.
    private var isReserved = true
    /// A reload has changed what its client was let in by.
    private var isOutdated = false

    init(_ entrance: Entrance, _ accept: AcceptSettings, peer: SocketAddress, worker: Worker) {
        self.entrance = entrance
        self.accept = accept
        self.peer = peer
        self.worker = worker
    }

    /// false: the kernel cannot watch its socket.
    func begin(over end: TLSEnd) -> Bool {
        let loop = worker.loop
        let carrier = Carrier(
            over: end, to: peer, settings: accept.carrier, idle: Limits.acceptedCarrierIdle,
            deadline: loop.now + entrance.settings.handshakeTimeout.nanoseconds,
            works: worker.outbound.tunnels, owner: self)
        let token = loop.register(carrier)
        guard loop.watch(end.socket, token) else {
            loop.release(token)
            end.close(abortively: true)
            return false
        }
        self.carrier = carrier
        carrier.begin(token)
        return true
    }

    // MARK: what the carrier tells

    func carrierOpened(_ carrier: Carrier) {
        giveUpReservation()
        if let tls = carrier.negotiated {
            entrance.tally.count(carrier: .init(tls))
            worker.tally.countCarrier(.init(tls), withClient: true)
        }
        worker.log.carrierOpened(carrier, "from \(peer) on \(entrance.name)", .listener)
        if worker.isDraining { carrier.shutDown() }
    }

    func carrier(_ carrier: Carrier, brings stream: StreamSide, asking head: TunnelHead) {
        // Not processed: the client asks again on a connection that is let in by the new rules.
        if isOutdated { return stream.turnAway() }
        if head.isTooLarge {
            return refuse(
                stream, .headersTooLarge,
                "the head of the request is larger than \(Limits.headerListBytesMax) bytes")
        }
        guard head.method == "CONNECT" else {
            return refuse(
                stream, .methodRefused,
                "\(head.method) was asked for; this listener knows only CONNECT")
        }
        guard let upstream = entrance.upstream(for: head.authority) else {
            return refuse(
                stream, .authorityRefused,
                "\(head.authority) is not among the authorities that may be asked for "
                    + "(authorities)")
        }
        guard entrance.tally.reserve(limit: entrance.settings.sessions) else {
            return refuse(
                stream, .limitReached,
                "\(entrance.name) has as many sessions as it may (limits.sessions)")
        }
        guard worker.placement.enter(worker.index) else {
            entrance.tally.leave()
            return refuse(
                stream, .limitReached, "attache has as many sessions as it has descriptors for")
        }
        let session = Session(stream, peer: peer, entrance: entrance, to: upstream, worker: worker)
        _ = session.begin()
    }

    private func giveUpReservation() {
        if isReserved { entrance.tally.leave() }
        isReserved = false
    }

    func carrierHasRoom(_ carrier: Carrier) {}
    func carrierRetires(_ carrier: Carrier) {}
    func carrier(_ carrier: Carrier, isInDoubt: Bool) {}

    func carrierClosed(_ carrier: Carrier, _ why: SideFailure?, lost streams: Int, wasOpen: Bool) {
        if !wasOpen, let why { return report(why) }
        worker.log.carrierClosed(carrier, "from \(peer) on \(entrance.name)", why, lost: streams)
    }

    func carrierVanished(_ carrier: Carrier) {
        giveUpReservation()
        self.carrier = nil
        worker.carrierVanished(self)
    }

    // MARK: orders

    /// The listener is served anew; where what its clients were let in by has changed, they come
    /// again.
    func serve(_ entrance: Entrance?) {
        guard let entrance, entrance.isSame(as: self.entrance) else {
            isOutdated = true
            carrier?.shutDown()
            return
        }
        self.entrance = entrance
    }

    func shutDown() { carrier?.shutDown() }
    func cut() { carrier?.cut() }

    // MARK: what others are told

    private func refuse(_ stream: StreamSide, _ reason: CloseReason, _ message: String) {
        stream.refuse(Refusal(reason: reason, message: message))
        var record = record(.decided(reason, phase: "admitting the client", message))
        record.clientTunnel = stream.tunnel
        worker.report(record, of: entrance, dialled: nil, isTrouble: true, wasTruncated: false)
    }

    /// It never carried anything.
    private func report(_ why: SideFailure) {
        worker.report(
            record(.clientHandshake(why)), of: entrance, dialled: nil, isTrouble: true,
            wasTruncated: false)
    }

    private func record(_ end: SessionEnd) -> SessionRecord {
        var record = worker.record(end, of: peer, entrance)
        record.durationNanoseconds = Clock.now() - began
        record.clientTLS = carrier?.negotiated.map(SessionRecord.TLS.init)
        return record
    }
}

extension Log {
    /// `what`: as in "to 10.0.0.1:15008 for orders".
    func carrierOpened(_ carrier: Carrier, _ what: String, _ subsystem: Subsystem) {
        event(
            subsystem, .info,
            "carrier \(carrier.number) \(what) is open"
                + (carrier.negotiated.map { " (\($0.summary))" } ?? ""))
    }

    func carrierClosed(_ carrier: Carrier, _ what: String, _ why: SideFailure?, lost streams: Int) {
        let name = "carrier \(carrier.number) \(what)"
        guard let why else { return event(.upstream, .info, "\(name) has ended") }
        if streams == 0 { return event(.upstream, .info, "\(name) has ended: \(why.message)") }
        event(
            .upstream, folding: "carrier lost \(what)",
            "\(name) is lost, and \(streams == 1 ? "1 session" : "\(streams) sessions") with it: "
                + why.message)
    }
}

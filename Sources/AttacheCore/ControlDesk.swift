// SPDX-License-Identifier: Apache-2.0
// What operators may ask and order, from whatever thread: answered here, done by the control
// thread.

/// Reads copies and asks workers by mail; nothing of the data path waits for it.
final class ControlDesk: Operations {
    /// What the control thread keeps up to date.
    struct Board: Sendable {
        /// Without its sockets: whoever asks for the status must not keep one open that a reload
        /// has removed.
        var generation: Generation
        var state = Status.State.serving
        var lastReload: ReloadStatus?
    }
    /// What an operator wants done.
    enum Order: Sendable {
        case reload(Reply<ReloadStatus>)
        case drain
    }
    private let board: Monitor<Board>
    /// nil: the end has come, and nothing is done any more.
    private let orders = Monitor<[Order]?>([])
    private let mailboxes: [Mailbox]
    private let placement: Placement
    private let startedWall = Clock.wall()
    private let started = Clock.now()

    init(_ generation: Generation, _ mailboxes: [Mailbox], _ placement: Placement) {
        board = Monitor(Board(generation: Generation(withoutSockets: generation)))
        self.mailboxes = mailboxes
        self.placement = placement
    }

    // MARK: for the control thread

    func post(_ change: (inout Board) -> Void) { board.withLock(change) }

    func post(_ generation: Generation) {
        let shown = Generation(withoutSockets: generation)
        board.withLock { $0.generation = shown }
    }

    func takeOrders() -> [Order] {
        orders.withLock { orders in
            guard let waiting = orders else { return [] }
            orders = []
            return waiting
        }
    }

    /// Orders are refused from now on; answers those that wait.
    func close() -> [Order] {
        orders.withLock { orders in
            defer { orders = nil }
            return orders ?? []
        }
    }

    // MARK: for operators

    func status() -> Status {
        let board = board.withLock { $0 }
        let census = census(limit: 0)
        var status = Status()
        status.state = board.state
        status.generation = board.generation.number
        status.startedNanoseconds = startedWall
        status.uptimeNanoseconds = Clock.now() - started
        status.workers = mailboxes.count
        status.sessions = placement.sessions
        status.sessionLimit = placement.limit
        status.listeners = board.generation.entrances.map { $0.status(census) }
        status.upstreams = board.generation.upstreams.map { $0.status(census) }
        status.certificates = board.generation.certificates
        status.lastReload = board.lastReload
        return status
    }

    func sessions(limit: Int) -> [SessionStatus] { census(limit: max(limit, 0)).oldest }

    private func census(limit: Int) -> Census {
        let census = Census(limit: limit, workers: mailboxes.count)
        mailboxes.tell(census)
        // A worker that does not answer has its share missing.
        _ = census.done.wait(until: Clock.now() + Limits.workersAnswer.nanoseconds)
        return census
    }

    func close(session: UInt64) -> Bool {
        guard session > 0 else { return false }
        let closing = SessionClosing(session: session)
        let worker = Int((session - 1) % UInt64(mailboxes.count))
        mailboxes[worker].post(closing, to: Worker.mailToken)
        _ = closing.done.wait(until: Clock.now() + Limits.workersAnswer.nanoseconds)
        return closing.wasFound
    }

    func reload() -> ReloadStatus {
        let reply = Reply<ReloadStatus>()
        guard order(.reload(reply)) else { return refusal("attache has ended") }
        let deadline = Clock.now() + Limits.reloadAnswer.nanoseconds
        if let status = reply.wait(until: deadline) { return status }
        return refusal(
            "no answer within \(Limits.reloadAnswer.text); the log will tell how it ended")
    }

    private func refusal(_ why: String) -> ReloadStatus {
        ReloadStatus(
            atNanoseconds: Clock.wall(), generation: board.withLock { $0.generation.number },
            outcome: .failed(why))
    }

    func drain() -> Bool {
        if board.withLock({ $0.state == .draining }) { return false }
        return order(.drain)
    }

    /// false: it will not be done.
    private func order(_ order: Order) -> Bool {
        let isTaken = orders.withLock { orders in
            orders?.append(order)
            return orders != nil
        }
        if isTaken { Signals.wakeWaiter() }
        return isTaken
    }
}

// How generations and their counts become status.

extension Entrance {
    fileprivate func status(_ census: Census) -> ListenerStatus {
        var status = ListenerStatus(
            name: name, address: addresses.joined(separator: ", "), upstream: upstreamNames,
            isTLS: tls != nil)
        if let accept = settings.accept {
            status.tunnel = accept.protocol.rawValue
            status.carriers = census.listener(name).carriers
        }
        let sums = tally.sums
        status.sessionLimit = settings.sessions
        status.traffic = sums.ended.with(census.listener(name))
        status.refused = sums.refused
        return status
    }
}

extension Upstream {
    fileprivate func status(_ census: Census) -> UpstreamStatus {
        var status = UpstreamStatus(name: name, isTLS: tls != nil)
        if let tunnel = settings.tunnel {
            status.tunnel = tunnel.protocol.rawValue
            status.carriers = census.upstream(name).carriers
        }
        status.traffic = tally.ended.with(census.upstream(name))
        if case .endpoints(let all) = settings.destination {
            status.endpoints = all.map(tally.status)
        }
        return status
    }
}

extension Generation {
    fileprivate var certificates: [CertificateStatus] {
        entrances.flatMap { Self.certificates($0.tls, usedBy: "listener \($0.name)") }
            + upstreams.flatMap { Self.certificates($0.tls, usedBy: "upstream \($0.name)") }
    }

    private static func certificates(
        _ context: TLSContext?, usedBy: String
    ) -> [CertificateStatus] {
        (context?.ownCertificates ?? []).map {
            CertificateStatus(
                file: $0.file, subject: $0.subject, names: $0.names.description, usedBy: usedBy,
                notAfterSeconds: $0.notAfter?.seconds)
        }
    }
}

extension TrafficStatus {
    /// Those that have ended and those that run.
    fileprivate func with(_ running: Census.Sum) -> TrafficStatus {
        var all = self
        all.open = running.open
        all.sessions += UInt64(running.open)
        all.bytesUp += running.bytesUp
        all.bytesDown += running.bytesDown
        return all
    }
}

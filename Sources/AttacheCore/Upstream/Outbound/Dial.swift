// SPDX-License-Identifier: Apache-2.0
// The life of an upstream connection until it is ready or has failed, in the order in which it
// happens.

/// resolving → connecting → securing → ready | failed.
///
/// One absolute deadline, `connect` + `handshake`; within it resolving and TCP over all addresses
/// have `connect`. A handshake that fails is tried again at another address only. Sockets are told
/// apart by the `part` of their owner's token: 1 for the first address, and so on.
final class Dial: Dialling {
    enum Stage: String, Sendable {
        case resolving = "resolving the upstream"
        case connecting = "connecting to the upstream"
        case securing = "securing the upstream"
        /// Of a tunnel: its carrier is secured, and the far end has not spoken yet.
        case settling = "waiting for the upstream's HTTP/2 settings"
        /// Of a tunnel: CONNECT is on its way.
        case tunnelling = "opening the tunnel"
    }
    enum Progress {
        case waiting
        /// Events of the side carry `part`.
        case ready(any Side, part: Int)
        case failed(DialFailure)
    }
    private enum Step {
        case again
        case answer(Progress)
    }

    private(set) var stage = Stage.resolving
    /// Addresses that were tried.
    private(set) var attempts = 0
    /// The address that was tried last.
    private(set) var address: SocketAddress?
    private(set) var timings = DialTimings()
    /// When `advance` must be called at the latest; coarse monotonic time.
    private(set) var deadline: UInt64

    private let upstream: Upstream
    private let outbound: Outbound
    /// The owner's: woken when there is something to do.
    private let token: Token
    private let endpoints: [Address]
    private let overallDeadline: UInt64
    /// Of resolving and TCP; each endpoint that is left gets its share, so that one which swallows
    /// everything does not keep the others from being tried.
    private var connectDeadline: UInt64

    private var endpoint = 0
    private var isResolving = false
    private var resolved: Resolver.Answer?
    private var eyes = HappyEyeballs([])
    /// By index of `eyes.addresses`.
    private var sockets: [Socket?] = []
    private var winner = 0
    private var side: TLSSide?
    /// Of the addresses of this endpoint so far: the last one that tells most.
    private var failure: DialFailure?
    /// The same of the endpoints before it.
    private var earlier: DialFailure?

    /// `endpoints`: these, in place of all that the upstream has.
    init(
        _ upstream: Upstream, _ outbound: Outbound, for token: Token, to endpoints: [Address]? = nil
    ) {
        self.upstream = upstream
        self.outbound = outbound
        self.token = token
        self.endpoints = endpoints ?? upstream.endpointsInTurn()
        let now = outbound.loop.now
        let connect = upstream.settings.connectTimeout.nanoseconds
        overallDeadline = now + connect + upstream.settings.handshakeTimeout.nanoseconds
        connectDeadline = now + connect
        deadline = connectDeadline
        shareDeadline()
    }

    private func shareDeadline() {
        let now = outbound.loop.now
        let left = UInt64(max(endpoints.count - endpoint, 1))
        deadline = now + (connectDeadline - min(now, connectDeadline)) / left
        outbound.loop.expect(by: deadline)
    }

    func note(_ events: UInt32, part: Int) {
        if let side {
            if part == winner + 1 { _ = side.note(events) }
        } else if sockets.indices.contains(part - 1) {
            _ = sockets[part - 1]?.note(events)
        }
    }

    /// Addresses came by mail.
    func receive(_ answer: Outbound.Resolved) {
        if isResolving && answer.lookup == endpoint { resolved = answer.answer }
    }

    /// Goes as far as it can.
    func advance() -> Progress {
        if case .local(let service) = upstream.settings.destination {
            return .ready(service.side(), part: 1)
        }
        while true {
            let step =
                switch stage {
                case .resolving: resolve()
                case .connecting: connect()
                case .securing: secure()
                case .settling, .tunnelling:
                    preconditionFailure("a connection of its own is no tunnel")
                }
            if case .answer(let progress) = step { return progress }
        }
    }

    // MARK: resolving

    private func resolve() -> Step {
        let target = endpoints[endpoint]
        if let address = SocketAddress(target) { return go(to: [address]) }
        guard case .name(let name, let port) = target else { return nextEndpoint() }
        if !isResolving {
            isResolving = true
            timings.begin(.resolving)
            resolved = outbound.resolve(name, port: port, lookup: endpoint, for: token)
        }
        switch resolved {
        case .success(let addresses)?: return go(to: addresses)
        case .failure(let why)?:
            failure = .resolving(why)
            return nextEndpoint()
        case nil:
            if outbound.loop.now < deadline { return .answer(.waiting) }
            failure = .resolveTimeout(name, after: upstream.settings.connectTimeout)
            return nextEndpoint()
        }
    }

    private func go(to addresses: [SocketAddress]) -> Step {
        if isResolving { timings.end(.resolving) }
        isResolving = false
        resolved = nil
        eyes = HappyEyeballs(addresses)
        sockets = Array(repeating: nil, count: eyes.addresses.count)
        stage = .connecting
        return .again
    }

    /// This endpoint is exhausted.
    private func nextEndpoint() -> Step {
        let why = failure ?? .outOfMemory(stage)
        told(why)
        // As in `attemptFailed`.
        if earlier?.stage != .securing || why.stage == .securing || why.isOurs { earlier = why }
        failure = nil
        eyes = HappyEyeballs([])
        isResolving = false
        resolved = nil
        endpoint += 1
        let inTime = outbound.loop.now < connectDeadline
        guard endpoint < endpoints.count, inTime, !why.isOurs else {
            cancel()
            let why = earlier ?? why
            return .answer(.failed(attempts > 1 ? why.last(of: attempts) : why))
        }
        stage = .resolving
        shareDeadline()
        return .again
    }

    // MARK: connecting

    private func connect() -> Step {
        timings.begin(.connecting)
        let now = outbound.loop.now
        for index in sockets.indices {
            guard let socket = sockets[index], socket.writable else { continue }
            guard let error = socket.connectError() else { return connected(index) }
            attemptFailed(index, error)
        }
        if now >= deadline {
            if failure?.stage != .securing {
                failure = .connectTimeout(
                    endpoints[endpoint].description, after: upstream.settings.connectTimeout)
            }
            return nextEndpoint()
        }
        while true {
            switch eyes.next(now: now) {
            case .start(let index):
                if !start(index) { return .answer(.waiting) }
                if failure?.isOurs == true { return nextEndpoint() }
            case .wait(let until):
                if let until { outbound.loop.wake(token, at: until) }
                return .answer(.waiting)
            case .exhausted: return nextEndpoint()
            }
        }
    }

    /// false: a Unix listener's backlog is full; it is tried again in a moment.
    private func start(_ index: Int) -> Bool {
        let target = eyes.addresses[index]
        address = target
        attempts += 1
        switch Socket.connect(to: target) {
        case .begun(let socket):
            if outbound.loop.watch(socket, token.part(index + 1)) {
                sockets[index] = socket
            } else {
                attemptFailed(index, Errno())
            }
        case .busy:
            attempts -= 1
            eyes = HappyEyeballs(eyes.addresses)
            outbound.loop.wake(token, after: Limits.unixConnectRetry)
            return false
        case .failed(let error): attemptFailed(index, error)
        }
        return true
    }

    private func attemptFailed(_ index: Int, _ error: Errno) {
        sockets[index] = nil
        eyes.failed(index)
        // What a handshake told says more than a connect that failed after it.
        if failure?.stage != .securing || error.isExhaustion {
            failure = .connecting(eyes.addresses[index], error)
        }
    }

    private func connected(_ index: Int) -> Step {
        timings.end(.connecting)
        eyes.connected(index)
        winner = index
        address = eyes.addresses[index]
        for other in sockets.indices where other != index { sockets[other] = nil }
        guard let socket = sockets[index] else { return .answer(.waiting) }
        guard let context = upstream.tls else {
            return ready(PlainSide(socket))
        }
        let target = endpoints[endpoint]
        side = outbound.secure(
            socket, context: context, host: target.host,
            endpoint: "\(target) \(eyes.addresses[index])", upstream)
        if side == nil { return .answer(.failed(.outOfMemory(.securing))) }
        stage = .securing
        timings.begin(.securing)
        deadline = min(
            overallDeadline, outbound.loop.now + upstream.settings.handshakeTimeout.nanoseconds)
        outbound.loop.expect(by: deadline)
        return .again
    }

    // MARK: securing

    private func secure() -> Step {
        guard let side else { return .answer(.failed(.outOfMemory(.securing))) }
        switch side.open() {
        case .ready:
            timings.end(.securing)
            return ready(side)
        case .failed(let why, _):
            failure = .securing(eyes.addresses[winner], why)
        case .waiting:
            if outbound.loop.now < deadline { return .answer(.waiting) }
            failure = .handshakeTimeout(
                eyes.addresses[winner], after: upstream.settings.handshakeTimeout)
        }
        // Another address may be served by a healthier instance; this one has had its chance.
        side.close(abortively: false)
        self.side = nil
        sockets[winner] = nil
        eyes.failed(winner)
        stage = .connecting
        connectDeadline = min(
            overallDeadline, outbound.loop.now + upstream.settings.connectTimeout.nanoseconds)
        shareDeadline()
        return .again
    }

    /// What operators see of this endpoint; `address` may still be that of the one before it.
    private func told(_ failure: DialFailure?) {
        let tried = address.flatMap { eyes.addresses.contains($0) ? $0 : nil }
        upstream.tally.dialled(
            endpoints[endpoint],
            DialStatus(
                atNanoseconds: Clock.wall(), failure: failure?.message,
                address: tried?.description))
    }

    /// What only the dial needed goes; how it went stays for the session line.
    private func ready(_ side: any Side) -> Step {
        told(nil)
        self.side = nil
        sockets = []
        eyes = HappyEyeballs([])
        return .answer(.ready(side, part: winner + 1))
    }

    /// Nobody waits for it any more.
    func cancel() {
        side?.close(abortively: true)
        side = nil
        sockets = []
    }
}

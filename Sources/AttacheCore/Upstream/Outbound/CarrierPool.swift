// SPDX-License-Identifier: Apache-2.0
// The carriers of one worker to one endpoint, under one identity: who gets a stream of which.

/// One is dialled at a time, however many wait. Another is dialled when none has room; and, up to
/// `carriers`, when streams of all that are there stand in each other's way.
final class CarrierPool: CarrierOwner {
    private let endpoint: Address
    /// Whose TLS and limits count: of several that would be as good, the one that asked first.
    private var upstream: Upstream
    private let tunnel: TunnelSettings
    private unowned let outbound: Outbound
    /// Open, oldest first: younger ones run empty, and go, when there is less to do.
    private var carriers: [Carrier] = []
    private var dial: CarrierDial?
    /// Dialled, and its peer's SETTINGS have not come.
    private var newcomer: Carrier?
    private var waiting: [TunnelDial] = []
    /// A reload has replaced it: sessions that began before still use it.
    private var isRetired = false
    /// Its last dial failed, or its last carrier went in silence or by reset, here or on another
    /// worker.
    var isDoubtful: Bool { upstream.tally.isDoubtful(endpoint) }
    private var triedAgainAt: UInt64 = 0
    /// After a failure, while others still serve.
    private var dialsAgainAt: UInt64 = 0

    init(_ endpoint: Address, _ upstream: Upstream, _ tunnel: TunnelSettings, _ outbound: Outbound)
    {
        self.endpoint = endpoint
        self.upstream = upstream
        self.tunnel = tunnel
        self.outbound = outbound
    }

    /// What those that wait here wait for.
    var stage: Dial.Stage { newcomer == nil ? dial?.stage ?? .connecting : .settling }
    /// Open ones.
    var count: Int { carriers.count }

    // MARK: asking

    func ask(_ dial: TunnelDial) {
        if let carrier = choose(for: dial) {
            let isCongested = carrier.isCongested
            if dial.begin(on: carrier) {
                if isCongested && carriers.count < tunnel.carriers { dialOne() }
                return
            }
        }
        waiting.append(dial)
        dial.queued(at: self)
        dialOne()
    }

    func forget(_ dial: TunnelDial) { waiting.removeAll { $0 === dial } }

    private func choose(for dial: TunnelDial) -> Carrier? {
        let usable = carriers.filter { $0.takesStreams && !dial.avoids($0) }
        return usable.first { !$0.isCongested }
            ?? usable.min { $0.streamCount < $1.streamCount }
    }

    private func serveWaiting() {
        waiting = waiting.filter { dial in
            choose(for: dial).map { !dial.begin(on: $0) } ?? true
        }
        if !waiting.isEmpty { dialOne() }
    }

    // MARK: dialling

    private func dialOne() {
        guard dial == nil, newcomer == nil, outbound.loop.now >= dialsAgainAt else { return }
        // A peer that admits no stream would admit none on the next one either: it is waited for.
        if carriers.contains(where: \.isPaused) { return }
        let dial = CarrierDial(endpoint, upstream, outbound, pool: self)
        self.dial = dial
        dial.begin()
    }

    func dialled(_ end: TLSEnd, _ address: SocketAddress, _ token: Token) {
        dial = nil
        let settings = upstream.settings
        let carrier = Carrier(
            over: end, to: address, settings: tunnel.carrier, idle: tunnel.idle,
            deadline: outbound.loop.now + settings.handshakeTimeout.nanoseconds,
            works: outbound.tunnels, owner: self)
        newcomer = carrier
        outbound.liveCarriers += 1
        outbound.loop.hand(token, to: carrier)
        carrier.begin(token)
    }

    /// In the background, and not by every client.
    func tryAgain() {
        let now = outbound.loop.now
        guard now >= triedAgainAt + Limits.doubtfulEndpointPause.nanoseconds else { return }
        triedAgainAt = now
        if carriers.contains(where: \.takesStreams) {
            upstream.tally.doubt(endpoint, false)
        } else {
            dialOne()
        }
    }

    func dialFailed(_ why: DialFailure) {
        dial = nil
        fail(why)
    }

    /// One more could not be had: those that are there will have room again.
    private func fail(_ why: DialFailure) {
        if !carriers.isEmpty {
            dialsAgainAt = outbound.loop.now + Limits.doubtfulEndpointPause.nanoseconds
            return
        }
        upstream.tally.doubt(endpoint, true)
        let all = waiting
        waiting = []
        for dial in all { dial.failed(why) }
    }

    // MARK: what carriers tell

    func carrierOpened(_ carrier: Carrier) {
        newcomer = nil
        upstream.tally.doubt(endpoint, false)
        carriers.append(carrier)
        if let tls = carrier.negotiated { upstream.tally.count(carrier: .init(tls)) }
        outbound.tell(.opened(carrier, upstream))
        serveWaiting()
        if isRetired { carrier.retire() }
    }

    func carrier(_ carrier: Carrier, brings stream: StreamSide, asking head: TunnelHead) {
        preconditionFailure("a client's connection is asked nothing: ENABLE_PUSH is 0")
    }

    func carrier(_ carrier: Carrier, isInDoubt: Bool) {
        upstream.tally.doubt(endpoint, !carriers.contains(where: \.takesStreams))
    }

    func carrierHasRoom(_ carrier: Carrier) {
        if !waiting.isEmpty { serveWaiting() }
    }

    func carrierRetires(_ carrier: Carrier) {
        if newcomer === carrier { newcomer = nil }
        carriers.removeAll { $0 === carrier }
        if !waiting.isEmpty { dialOne() }
    }

    func carrierVanished(_ carrier: Carrier) { outbound.liveCarriers -= 1 }

    func carrierClosed(_ carrier: Carrier, _ why: SideFailure?, lost streams: Int, wasOpen: Bool) {
        let wasNew = newcomer === carrier
        carriers.removeAll { $0 === carrier }
        if wasNew { newcomer = nil }
        // Who says goodbye before may be back at once; who does not, perhaps not for long.
        if why != nil && streams > 0 && carriers.isEmpty { upstream.tally.doubt(endpoint, true) }
        guard wasNew, let why else {
            outbound.tell(.closed(carrier, upstream, why, lost: streams))
            if !waiting.isEmpty { dialOne() }
            return
        }
        let failure = DialFailure.carrier(why, carrier.address, .settling)
        upstream.tally.failed(endpoint, failure, at: carrier.address)
        fail(failure)
    }

    // MARK: reload and the end

    /// A reload has replaced the upstream by one whose carriers would be the same.
    func serve(_ upstream: Upstream) { self.upstream = upstream }

    /// No carrier stays longer than its streams.
    func retire() {
        isRetired = true
        for carrier in carriers { carrier.retire() }
    }
}

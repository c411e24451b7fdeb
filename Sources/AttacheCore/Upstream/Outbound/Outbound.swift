// SPDX-License-Identifier: Apache-2.0
// What one worker needs to reach upstreams: its loop, its TLS works, the resolver, tickets to
// resume with.

final class Outbound {
    let loop: EventLoop
    let works: TLSWorks
    let tunnels: TunnelWorks
    private let resolver: Resolver
    /// Every handshake is a full one without.
    private let resumes: Bool
    /// The upstream is held, so that no other can get its identity, and its tickets with it.
    private var tickets: [ObjectIdentifier: (Upstream, TicketStore)] = [:]
    /// Those whose tickets are kept; nil: all, there was no reload yet.
    private var served: Set<ObjectIdentifier>?
    private let pools = CarrierPools()
    /// Dialled carriers whose sockets are open.
    var liveCarriers = 0
    /// Hears of carriers, for the log.
    private let hear: (CarrierNews) -> Void

    init(
        loop: EventLoop, works: TLSWorks, tunnels: TunnelWorks, resolver: Resolver,
        resumes: Bool = true, hear: @escaping (CarrierNews) -> Void = { _ in }
    ) {
        self.loop = loop
        self.works = works
        self.tunnels = tunnels
        self.hear = hear
        self.resolver = resolver
        self.resumes = resumes
    }

    /// A connection of its own, or a stream of a shared one; `owner` of both is told by `token`.
    func dial(
        _ upstream: Upstream, for token: Token, owner: any SideOwner
    ) -> any Dialling {
        upstream.settings.tunnel == nil
            ? Dial(upstream, self, for: token)
            : TunnelDial(upstream, self, for: token, owner: owner)
    }

    func pool(_ endpoint: Address, of upstream: Upstream) -> CarrierPool {
        pools.pool(endpoint, of: upstream, self)
    }

    func tell(_ news: CarrierNews) { hear(news) }

    var openCarriers: [(Upstream, Int)] { pools.open }

    /// The process ends: carriers say so to their peers.
    func retireCarriers() {
        tunnels.isStopping = true
        pools.retire(but: [], self)
    }

    /// A name's addresses, for the dial number `lookup` of the owner of `token`.
    struct Resolved: Sendable {
        let lookup: Int
        let answer: Resolver.Answer
    }

    /// What is known is answered at once; otherwise a `Resolved` comes by mail.
    func resolve(_ name: String, port: UInt16, lookup: Int, for token: Token) -> Resolver.Answer? {
        let mailbox = loop.mailbox
        return resolver.resolve(name, port: port) { answer in
            mailbox.post(Resolved(lookup: lookup, answer: answer), to: token)
        }
    }

    /// TLS over a connected socket, with a ticket of an earlier connection where there is one.
    /// nil: no memory.
    func secure(
        _ socket: Socket, context: TLSContext, host: String?, endpoint: String, _ upstream: Upstream
    )
        -> TLSSide?
    {
        guard
            let end = TLSEnd(
                socket, role: .client, context: context, serverName: host, works: works)
        else { return nil }
        if resumes, let store = tickets(of: upstream) {
            if let ticket = store.take(endpoint: endpoint) { end.resume(ticket) }
            end.keepTicket = { store.put($0, endpoint: endpoint) }
        }
        return TLSSide(end)
    }

    /// nil: a reload has replaced it, and this dial is of a session that began before. Kept, its
    /// tickets would keep it, and its key, in memory until the next reload.
    private func tickets(of upstream: Upstream) -> TicketStore? {
        let key = ObjectIdentifier(upstream)
        if let (_, store) = tickets[key] { return store }
        if let served, !served.contains(key) { return nil }
        let store = TicketStore()
        tickets[key] = (upstream, store)
        return store
    }

    /// Tickets of upstreams that a reload has replaced.
    func forgetAll(but upstreams: [Upstream]) {
        let kept = Set(upstreams.map(ObjectIdentifier.init))
        served = kept
        tickets = tickets.filter { kept.contains($0.key) }
        pools.retire(but: upstreams, self)
    }
}

// SPDX-License-Identifier: Apache-2.0
// The way of one session into a tunnel: a carrier, CONNECT, the answer.

/// Waits for a pool to have a carrier, then for the far end's 200. Nothing of the client's stream
/// has been handed on before that, so whatever went wrong may be tried elsewhere: at the next
/// endpoint, and where the far end did not look at the request, on another carrier to the same.
final class TunnelDial: Dialling {
    private(set) var attempts = 0
    private(set) var address: SocketAddress?
    private(set) var timings = DialTimings()
    /// Absolute, over all endpoints and tries.
    let deadline: UInt64
    /// The session's: woken by its stream, and by the pool.
    let token: Token
    unowned(unsafe) let owner: any SideOwner

    private let upstream: Upstream
    private let outbound: Outbound
    private let endpoints: [Address]
    private var turn = 0
    private var failedEndpoints = 0
    private var retries = 0
    /// Where it waits for a carrier.
    private var pool: CarrierPool?
    private var stream: StreamSide?
    /// Of the pool, which could not dial.
    private var failure: DialFailure?
    /// Carriers that did not take its request.
    private var avoided: [UInt64] = []

    init(_ upstream: Upstream, _ outbound: Outbound, for token: Token, owner: any SideOwner) {
        self.upstream = upstream
        self.outbound = outbound
        self.token = token
        self.owner = owner
        endpoints = upstream.endpointsInTurn()
        let settings = upstream.settings
        deadline =
            outbound.loop.now + settings.connectTimeout.nanoseconds
            + settings.handshakeTimeout.nanoseconds
        outbound.loop.expect(by: deadline)
    }

    var stage: Dial.Stage { pool?.stage ?? .tunnelling }
    private var endpoint: Address { endpoints[turn % endpoints.count] }

    func note(_ events: UInt32, part: Int) {}
    func receive(_ answer: Outbound.Resolved) {}

    func advance() -> Dial.Progress {
        while true {
            if let stream {
                if let progress = listen(to: stream) { return progress }
            } else if let why = failure {
                failure = nil
                failedEndpoints += 1
                if let end = elsewhere(after: why, failedEndpoints < endpoints.count) {
                    return end
                }
            } else if pool == nil {
                attempts += 1
                outbound.pool(endpoint, of: upstream).ask(self)
            } else {
                if outbound.loop.now < deadline { return .waiting }
                let stage = stage
                cancel()
                return .failed(.noCarrier(endpoint, stage, within: upstream.settings))
            }
        }
    }

    /// What became of the request; nil: it is tried elsewhere.
    private func listen(to stream: StreamSide) -> Dial.Progress? {
        let far = stream.carrier.address
        switch stream.outcome {
        case .pending:
            if outbound.loop.now < deadline { return .waiting }
            cancel()
            return .failed(.noAnswer(far, stream.authority, within: upstream.settings))
        case .established:
            timings.end(.tunnelling)
            self.stream = nil
            return .ready(stream, part: 0)
        case .refused(let refusal):
            let why = DialFailure.refused(far, stream.authority, refusal)
            upstream.tally.failed(endpoint, why, at: far)
            failedEndpoints += 1
            return elsewhere(
                after: why, refusal.isWorthRetrying && failedEndpoints < endpoints.count)
        case .unprocessed:
            avoided.append(stream.carrier.number)
            retries += 1
            return elsewhere(after: .unprocessed(far), retries < Limits.tunnelTriesMax)
        case .broken(let why):
            retries += 1
            return elsewhere(
                after: .carrier(why, far, .tunnelling), retries < Limits.tunnelTriesMax)
        }
    }

    private func elsewhere(after why: DialFailure, _ isWorthIt: Bool) -> Dial.Progress? {
        cancel()
        guard isWorthIt, outbound.loop.now < deadline, !why.isOurs else {
            return .failed(attempts > 1 ? why.last(of: attempts) : why)
        }
        turn += 1
        return nil
    }

    func cancel() {
        pool?.forget(self)
        pool = nil
        stream?.abort(alerting: true)
        stream?.close(abortively: true)
        stream = nil
    }

    // MARK: what the pool tells

    func avoids(_ carrier: Carrier) -> Bool { avoided.contains(carrier.number) }

    /// No carrier has room yet.
    func queued(at pool: CarrierPool) { self.pool = pool }

    /// false: the carrier has no stream for it after all.
    func begin(on carrier: Carrier) -> Bool {
        guard let request = upstream.request, let tunnel = upstream.settings.tunnel,
            let stream = carrier.open(request, authority: tunnel.authority, for: owner)
        else { return false }
        timings.begin(.tunnelling)
        address = carrier.address
        self.stream = stream
        pool = nil
        outbound.loop.wake(token)
        return true
    }

    func failed(_ why: DialFailure) {
        pool = nil
        failure = why
        outbound.loop.wake(token)
    }
}

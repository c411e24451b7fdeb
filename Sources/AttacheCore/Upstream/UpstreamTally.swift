// SPDX-License-Identifier: Apache-2.0
// What has become of the dials to one upstream and of its sessions, counted by all workers.

/// Touched once a dial and once a session, so a lock costs nothing that matters.
final class UpstreamTally: Sendable {
    private struct State {
        var turn = 0
        var ended = TrafficStatus()
        var endpoints: [Address: EndpointStatus] = [:]
        /// Those that went in silence, or could not be reached when they were dialled last.
        var doubtful: Set<Address> = []
    }
    private let state = Monitor(State())

    /// Round robin: the place of the endpoint that is dialled first.
    func nextTurn(of count: Int) -> Int {
        state.withLock { state in
            defer { state.turn = (state.turn + 1) % count }
            return state.turn % count
        }
    }

    /// What all workers should know: one has lost its connections there, or has one again.
    func doubt(_ endpoint: Address, _ isDoubtful: Bool) {
        state.withLock { state in
            if isDoubtful {
                state.doubtful.insert(endpoint)
            } else {
                state.doubtful.remove(endpoint)
            }
        }
    }

    func isDoubtful(_ endpoint: Address) -> Bool {
        state.withLock { $0.doubtful.contains(endpoint) }
    }

    func dialled(_ endpoint: Address, _ outcome: DialStatus) {
        state.withLock { state in
            var status =
                state.endpoints[endpoint] ?? EndpointStatus(endpoint: endpoint.description)
            status.dials += 1
            if outcome.failure != nil { status.failures += 1 }
            status.lastDial = outcome
            state.endpoints[endpoint] = status
        }
    }

    /// What was dialled turned out to be of no use.
    func failed(_ endpoint: Address, _ why: DialFailure, at address: SocketAddress) {
        let outcome = DialStatus(
            atNanoseconds: Clock.wall(), failure: why.message, address: address.description)
        state.withLock { state in
            state.endpoints[endpoint, default: EndpointStatus(endpoint: endpoint.description)]
                .failures += 1
            state.endpoints[endpoint]?.lastDial = outcome
        }
    }

    /// A session has ended.
    func count(_ record: SessionRecord) {
        state.withLock { $0.ended.count(record, handshake: record.ownUpstreamTLS) }
    }

    /// A dialled carrier was secured.
    func count(carrier tls: SessionRecord.TLS) { state.withLock { $0.ended.count(handshake: tls) } }

    /// Of sessions that have ended.
    var ended: TrafficStatus { state.withLock { $0.ended } }

    func status(of endpoint: Address) -> EndpointStatus {
        state.withLock {
            $0.endpoints[endpoint] ?? EndpointStatus(endpoint: endpoint.description)
        }
    }

    /// Endpoints that a new generation no longer names are forgotten.
    func keep(_ endpoints: [Address]) {
        let kept = Set(endpoints)
        state.withLock { state in
            state.endpoints = state.endpoints.filter { kept.contains($0.key) }
            state.doubtful.formIntersection(kept)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// The dial of a carrier: the same as a session's, with a slot of its own and a pool that waits.

final class CarrierDial: Wakeable {
    private let endpoint: Address
    private let upstream: Upstream
    private let outbound: Outbound
    private let pool: CarrierPool
    private var token = Token(raw: 0)
    /// Made once there is a slot to tell of its sockets.
    private lazy var dial = Dial(upstream, outbound, for: token, to: [endpoint])
    private var loop: EventLoop { outbound.loop }

    init(_ endpoint: Address, _ upstream: Upstream, _ outbound: Outbound, pool: CarrierPool) {
        self.endpoint = endpoint
        self.upstream = upstream
        self.outbound = outbound
        self.pool = pool
    }

    func begin() {
        token = loop.register(self)
        loop.wake(token)
    }

    var stage: Dial.Stage { dial.stage }

    func note(_ events: UInt32, part: Int) { dial.note(events, part: part) }

    func receive(_ message: any Sendable) {
        if let resolved = message as? Outbound.Resolved { dial.receive(resolved) }
    }

    func run() {
        switch dial.advance() {
        case .waiting: loop.expect(by: dial.deadline)
        case .failed(let why):
            loop.release(token)
            pool.dialFailed(why)
        case .ready(let side, _):
            guard let side = side as? TLSSide, let address = dial.address else {
                preconditionFailure("an upstream with a tunnel has TLS")
            }
            // The slot, and with it the events of the socket, goes to the carrier.
            pool.dialled(side.end, address, token)
        }
    }

    func sweep(now: UInt64) -> UInt64 {
        if now >= dial.deadline { loop.wake(token) }
        return dial.deadline
    }
}

// SPDX-License-Identifier: Apache-2.0
// The connections of one thread to one target, and the work they share.

final class Team {
    enum Kind { case exchange, connection, stall, flood }

    let upstream: Upstream
    let outbound: Outbound
    let kind: Kind
    let request: RequestBytes
    let answer: Exchange.Answer
    private(set) var connections: [LoadConnection] = []

    init(_ upstream: Upstream, _ outbound: Outbound, _ work: LoadWork) {
        self.upstream = upstream
        self.outbound = outbound
        let exchange: Exchange?
        switch work {
        case .exchange(let asked): (kind, exchange) = (.exchange, asked)
        case .connection(let asked): (kind, exchange) = (.connection, asked)
        case .stall(let asked): (kind, exchange) = (.stall, asked)
        case .flood(let up, _):
            kind = .flood
            request = up ? RequestBytes(endless: 1) : RequestBytes(.bytes([]))
            answer = .bytes(.max)
            return
        }
        request = RequestBytes(exchange?.request ?? .bytes([]))
        answer = exchange?.answer ?? .bytes(0)
    }

    /// A connection that is open between units of work.
    var staysOpen: Bool { kind != .connection }

    func grow(to count: Int, for generator: Generator) {
        while connections.count < count {
            connections.append(LoadConnection(self, generator))
        }
    }
}

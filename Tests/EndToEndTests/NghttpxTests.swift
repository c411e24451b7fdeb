// SPDX-License-Identifier: Apache-2.0
// nghttpx as a forward proxy between two of attache: behind one end of a tunnel, and in front of
// the other.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Nghttpx {
        /// It passes no half-close on, and turns an abort of the far side into an end; so the
        /// client reads everything first, and then aborts.
        @Test func bytesArriveUnchangedBothWays() throws {
            try Self.with { chain in
                let pair = try chain.passage.open()
                let up = Background {
                    try pair.client.send(RandomStream(seed: 6), bytes: 4 << 20)
                }
                let down = Background {
                    try pair.upstream.send(RandomStream(seed: 7), bytes: 4 << 20)
                }
                let there = Background {
                    try pair.upstream.expect(RandomStream(seed: 6), bytes: 4 << 20)
                }
                try pair.client.expect(RandomStream(seed: 7), bytes: 4 << 20)
                for thread in [up, down, there] { try thread.value() }
                pair.client.reset()
                #expect(try pair.upstream.receiveEnd() == .reset)
                let near = try chain.passage.daemon.session()
                let far = try chain.far.session()
                #expect(near.bytesUp == 4 << 20 + 5 && near.bytesDown == 4 << 20 + 4, "\(near)")
                #expect(far.bytesUp == near.bytesUp && far.bytesDown == near.bytesDown, "\(far)")
                #expect(far.authority == Passage.authority)
            }
        }

        @Test func aRefusalOfTheFarEndIsReadAtTheNearOne() throws {
            try Self.with { chain in
                chain.passage.target.refuse()
                #expect(try chain.passage.connect().receiveEnd() == .reset)
                let near = try chain.passage.daemon.session()
                #expect(near.reason == "tunnel-refused", "\(near)")
                #expect(near.message.contains("502"), "\(near.message)")
                #expect(near.message.contains("attache"), "\(near.message)")
                #expect(near.message.contains("connection_refused"), "\(near.message)")
                #expect(try chain.far.session().reason == "connect-failed")
            }
        }

        @Test func itsGracefulEndLetsSessionsRunOn() throws {
            try Self.with { chain in
                let pair = try chain.passage.open()
                chain.nghttpx.signal(SIGQUIT)
                try eventually("nobody listens") {
                    try !Nginx.listens(chain.endpoint)
                }
                try Passage.isAlive(pair)
                #expect(try chain.passage.connect().receiveEnd() == .reset)
                try Passage.isAlive(pair)
                pair.client.reset()
                _ = try pair.upstream.receiveEnd()
            }
        }

        struct Chain {
            let passage: Passage
            let nghttpx: Child
            let endpoint: Endpoint
            let far: Daemon
        }

        /// client → attache connect → nghttpx → attache terminate → target
        static func with(_ body: (Chain) throws -> Void) throws {
            let target = try Listener()
            // nghttpx goes by host names.
            let terminate = try Passage.terminating(at: target.endpoint, own: "server")
            try Daemon.with(terminate) { far in
                let endpoint = Endpoint.tcp("127.0.0.1", try Listener.closedPort().port)
                let nghttpx = try Self.start(at: endpoint, to: far.endpoint)
                defer { nghttpx.destroy() }
                try eventually("nghttpx listens: \(nghttpx.tail)") {
                    guard nghttpx.isRunning else { throw Failure("it ended: \(nghttpx.tail)") }
                    return try Nginx.listens(endpoint)
                }
                try Daemon.with(Passage.originating(to: endpoint)) { near in
                    let passage = Passage(entry: near.endpoint, target: target, daemon: near)
                    try body(
                        Chain(passage: passage, nghttpx: nghttpx, endpoint: endpoint, far: far))
                }
            }
        }

        static func start(at endpoint: Endpoint, to far: Endpoint) throws -> Child {
            let behind = "127.0.0.1,\(far.port);;proto=h2;tls;sni=localhost"
            let ca = try PKI.certificate("ca")
            return try Program("nghttpx").start([
                "--conf=/dev/null", "--http2-proxy", "--workers=1", "--no-ocsp",
                "--frontend=127.0.0.1,\(endpoint.port)", "--backend=\(behind)", "--cacert=\(ca)",
                "--client-cert-file=\(PKI.certificate("workload"))",
                "--client-private-key-file=\(PKI.key("workload"))", "--verify-client",
                "--verify-client-cacert=\(ca)", PKI.key("gateway"), PKI.certificate("gateway"),
            ])
        }
    }
}

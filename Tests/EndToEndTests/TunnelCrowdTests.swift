// SPDX-License-Identifier: Apache-2.0
// A thousand clients before the first connection stands: they wait for as few handshakes as will
// do, and nobody is refused.

import Support
import Testing

extension EndToEnd {
    @Suite struct TunnelCrowd {
        struct Case: Sendable, CustomTestStringConvertible {
            let workers: Int
            let streams: Int
            /// Of all workers.
            let handshakes: Int
            var testDescription: String { "\(workers) workers, \(streams) streams a carrier" }
        }

        @Test(arguments: [
            Case(workers: 1, streams: 1000, handshakes: 1),
            Case(workers: 2, streams: 1000, handshakes: 2),
            Case(workers: 1, streams: 100, handshakes: 10),
        ])
        func aThousandAtOnceWaitForTheHandshakesTheyNeed(_ wanted: Case) throws {
            raiseDescriptorLimit()
            let count = 1000
            let bounds = ["--streams", "\(wanted.streams)", "--carrier-memory", "256MiB"]
            try Tunnel.with(
                .plainToTunnel, flags: bounds + ["--workers", "\(wanted.workers)"],
                farFlags: bounds, forwarded: true
            ) { tunnel in
                let forwarder = try #require(tunnel.forwarder)
                let far = try #require(tunnel.far)
                let pairs = try tunnel.open(count)
                #expect(forwarder.connections == wanted.handshakes)
                #expect(forwarder.openingAtOnce <= wanted.workers, "one dial at a time")
                for (number, pair) in pairs.enumerated() {
                    try pair.upstream.exchange("\(number)", with: pair.client)
                }
                for pair in pairs {
                    try pair.client.finishWriting()
                    try pair.upstream.finishWriting()
                }
                for daemon in [tunnel.daemon, far] {
                    let lines = try daemon.sessions(count)
                    #expect(lines.count == count)
                    #expect(lines.allSatisfy { $0.reason == "completed" })
                    let carriers = Dictionary(grouping: lines, by: \.carrier).mapValues(\.count)
                    #expect(carriers.count == wanted.handshakes, "\(carriers)")
                    #expect(carriers.values.allSatisfy { $0 <= wanted.streams }, "\(carriers)")
                }
                #expect(forwarder.connections == wanted.handshakes)
            }
        }
    }
}

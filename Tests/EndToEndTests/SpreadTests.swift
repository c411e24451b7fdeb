// SPDX-License-Identifier: Apache-2.0
// A handful of long-lived sessions is spread evenly over the workers, however they come.

import Support
import Testing

extension EndToEnd {
    @Suite struct Spread {
        enum Arrival: String, CaseIterable, Sendable { case oneByOne, atOnce }

        @Test(arguments: Network.allCases, Arrival.allCases)
        func eightSessionsAreFourAndFour(_ network: Network, _ arrival: Arrival) throws {
            for _ in 0..<5 {
                try Tunnel.with(.plainToPlain, network: network, flags: ["--workers", "2"]) {
                    tunnel in
                    let service = Service.echo(on: tunnel.upstream)
                    defer { service.stop() }
                    let open: @Sendable (Int) throws -> Peer = { _ in
                        let client = try tunnel.connect()
                        try client.send("hello")
                        _ = try client.receive(text: 5)
                        return client
                    }
                    let clients =
                        arrival == .atOnce
                        ? try atOnce(0..<8, open) : try (0..<8).map(open)
                    for client in clients { try client.finishWriting() }
                    let workers = try tunnel.daemon.sessions(8).map { try #require($0.worker) }
                    let counts = Dictionary(grouping: workers) { $0 }.mapValues(\.count)
                    #expect(counts == [0: 4, 1: 4])
                }
            }
        }
    }
}

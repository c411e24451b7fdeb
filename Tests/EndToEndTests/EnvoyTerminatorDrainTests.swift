// SPDX-License-Identifier: Apache-2.0
// An Envoy that drains: it says GOAWAY, and nobody who is on the way notices.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct EnvoyTerminatorDrain {
        /// Envoy's GOAWAY comes with the first answer after the drain has begun, and comes on every
        /// connection from then on.
        @Test func sessionsRunOnAndNewOnesGetANewCarrier() throws {
            try EnvoyTerminator.with { passage, envoy in
                let before = try passage.open()
                try envoy.drain()
                let during = try passage.open()
                try eventually("Envoy has said so") {
                    try envoy.statistic("http.tunnels.downstream_cx_drain_close") == 1
                }
                let after = try passage.open()
                for pair in [before, during, after] { try Passage.isAlive(pair) }
                #expect(try envoy.statistic("http.tunnels.downstream_cx_total") == 2)
                for pair in [before, during, after] { try Passage.end(pair) }
                let lines = try passage.daemon.sessions(3).sorted { $0.session < $1.session }
                #expect(lines.allSatisfy { $0.reason == "completed" }, "\(lines)")
                #expect(lines[0].carrier == lines[1].carrier, "\(lines)")
                #expect(lines[1].carrier != lines[2].carrier, "\(lines)")
            }
        }

        /// The last stream of a carrier that was told to go takes it along.
        @Test func aDrainedCarrierEndsWithItsLastSession() throws {
            try EnvoyTerminator.with { passage, envoy in
                try envoy.drain()
                let pair = try passage.open()
                #expect(try envoy.statistic("http.tunnels.downstream_cx_active") == 1)
                try Passage.exchange(pair, bytes: 1 << 20)
                try eventually("the connection is gone") {
                    try envoy.statistic("http.tunnels.downstream_cx_active") == 0
                }
            }
        }

        @Test func anEnvoyThatDiesIsAnAbortToEverySession() throws {
            let target = try Listener()
            let pairs = try Envoy.terminating(at: target.endpoint) { envoy in
                let flags = try Passage.originating(to: envoy.endpoint)
                let daemon = try Daemon(flags)
                let passage = Passage(entry: daemon.endpoint, target: target, daemon: daemon)
                return (daemon, try (0..<8).map { _ in try passage.open() })
            }
            defer { pairs.0.child.destroy() }
            for pair in pairs.1 { #expect(try pair.client.receiveEnd() == .reset) }
            let lines = try pairs.0.sessions(8)
            #expect(lines.allSatisfy { $0.reason == "carrier-lost" }, "\(lines)")
            #expect(lines.allSatisfy { $0.closedBy == "upstream" }, "\(lines)")
            try pairs.0.end()
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// client → Envoy with a tunneling_config → attache terminate --accept → target: bytes, ends,
// refusals and aborts.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct EnvoyOriginator {
        @Test(arguments: Passage.protocols)
        func bytesArriveUnchangedBothWaysAndThenTheEnds(_ name: String) throws {
            try Self.with(name) { passage, envoy in
                try Passage.exchange(passage.open())
                let line = try passage.daemon.session()
                #expect(line.reason == "completed", "\(line)")
                #expect(line.bytesUp == 4 << 20 + 5 && line.bytesDown == 4 << 20 + 4, "\(line)")
                #expect(line.authority == Passage.authority)
                #expect(line.carrier != nil, "\(line)")
                #expect(line.clientTls?.version == "TLSv1.3")
                #expect(line.clientTls?.alpn == "h2")
                #expect(line.clientTls?.peer?.contains("spiffe://test/workload") == true)
                // Envoy takes no other answer.
                #expect(try envoy.session()["answer"].contains(#""200""#))
            }
        }

        @Test func theClientEndsAndTheAnswerStillComes() throws {
            try Self.with { passage, _ in
                let pair = try passage.open()
                try HalfClose.run(pair.client, pair.upstream, fin: true)
                #expect(try passage.daemon.session().reason == "completed")
            }
        }

        @Test func aTargetThatEndsFirstIsHeardToItsLastByte() throws {
            try Self.with { passage, _ in
                let pair = try passage.open()
                let sending = Background {
                    try pair.upstream.send(RandomStream(seed: 5), bytes: 4 << 20)
                    try pair.upstream.finishWriting()
                }
                let (count, ending) = try pair.client.expectAll(RandomStream(seed: 5))
                try sending.value()
                #expect(count == 4 << 20)
                #expect(ending == .end)
                pair.client.close()
                _ = try pair.upstream.receiveAll()
                #expect(try passage.daemon.session().bytesDown == 4 << 20 + 4)
            }
        }

        @Test func aTargetThatRefusesIsToldInOurWords() throws {
            try Self.with { passage, envoy in
                passage.target.refuse()
                _ = try passage.connect().receiveEnd()
                let said = try envoy.session()
                #expect(said["flags"] == "UF,URX", "\(said)")
                #expect(said["failure"] == "tunnel_response:502", "\(said)")
                #expect(said["answer"].contains("proxy-status"), "\(said)")
                #expect(said["answer"].contains("attache; error=connection_refused"), "\(said)")
                let line = try passage.daemon.session()
                #expect(line.reason == "connect-failed", "\(line)")
                #expect(line.authority == Passage.authority)
            }
        }

        @Test func whatIsNotOnTheListIsRefused() throws {
            try Self.with(authority: "elsewhere.internal:5432") { passage, envoy in
                _ = try passage.connect().receiveEnd()
                let said = try envoy.session()
                #expect(said["failure"] == "tunnel_response:403", "\(said)")
                #expect(said["answer"].contains("http_request_denied"), "\(said)")
                let line = try passage.daemon.session()
                #expect(line.reason == "authority-refused", "\(line)")
                #expect(line.authority == "elsewhere.internal:5432")
                #expect(line.message.contains("elsewhere.internal:5432"), "\(line.message)")
                #expect(!passage.target.hasVisitor)
            }
        }

        @Test func anAuthorityIsComparedWithoutRegardToCase() throws {
            try Self.with(authority: "DB.Internal:5432") { passage, _ in
                try Passage.end(passage.open())
                #expect(try passage.daemon.session().reason == "completed")
            }
        }

        /// Envoy ends its client all the same; but it has counted a reset, not an end.
        @Test func aTargetsResetIsAResetToEnvoy() throws {
            try Self.with { passage, envoy in
                let pair = try passage.open()
                pair.upstream.reset()
                _ = try pair.client.receiveEnd()
                try eventually("Envoy has seen a reset") {
                    try envoy.statistic("cluster.tunnel.http2.rx_reset") == 1
                }
                #expect(try passage.daemon.session().reason == "upstream-reset")
            }
        }

        @Test func aClientsResetIsAResetToTheTarget() throws {
            try Self.with { passage, _ in
                let pair = try passage.open()
                pair.client.reset()
                #expect(try pair.upstream.receiveEnd() == .reset)
                let line = try passage.daemon.session()
                #expect(line.reason == "client-reset" && line.closedBy == "client", "\(line)")
            }
        }

        @Test func manySessionsShareOneCarrier() throws {
            try Self.with { passage, envoy in
                let pairs = try (0..<50).map { _ in try passage.open() }
                for pair in pairs { try Passage.isAlive(pair) }
                for pair in pairs { try Passage.end(pair) }
                let lines = try passage.daemon.sessions(50)
                #expect(lines.allSatisfy { $0.reason == "completed" })
                #expect(Set(lines.map(\.carrier)).count == 1)
                #expect(Set(lines.map(\.client)).count == 1)
                #expect(try envoy.statistic("cluster.tunnel.upstream_cx_total") == 1)
            }
        }

        static func with(
            _ name: String = "h2-connect", authority: String = Passage.authority,
            _ body: (Passage, Envoy) throws -> Void
        ) throws {
            let target = try Listener()
            let flags = try Passage.terminating(at: target.endpoint, protocol: name)
            try Daemon.with(flags) { daemon in
                try Envoy.originating(to: [daemon.endpoint], authority: authority) { envoy in
                    try body(
                        Passage(entry: envoy.endpoint, target: target, daemon: daemon), envoy)
                }
            }
        }
    }
}

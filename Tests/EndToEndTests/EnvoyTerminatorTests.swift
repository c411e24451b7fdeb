// SPDX-License-Identifier: Apache-2.0
// client → attache connect --tunnel → Envoy, which terminates the tunnel → target: bytes, ends,
// refusals and aborts.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct EnvoyTerminator {
        @Test(arguments: Passage.protocols)
        func bytesArriveUnchangedBothWaysAndThenTheEnds(_ name: String) throws {
            try Self.with(name) { passage, envoy in
                try Passage.exchange(passage.open())
                let line = try passage.daemon.session()
                #expect(line.reason == "completed", "\(line)")
                #expect(line.bytesUp == 4 << 20 + 5 && line.bytesDown == 4 << 20 + 4, "\(line)")
                #expect(line.authority == Passage.authority)
                #expect(line.carrier != nil && line.tunnelMs != nil, "\(line)")
                #expect(line.upstreamTls?.version == "TLSv1.3")
                #expect(line.upstreamTls?.alpn == "h2")
                #expect(try envoy.session()["code"] == "200")
            }
        }

        @Test(arguments: Passage.protocols)
        func theRequestIsWhatMeshesExpect(_ name: String) throws {
            let header = ["--header", "baggage=k8s.namespace.name=demo,service.name=old"]
            try Self.with(name, flags: header) { passage, envoy in
                try Passage.end(passage.open())
                let line = try envoy.session()
                #expect(line["method"] == "CONNECT" && line["path"] == "-", "\(line)")
                #expect(line["authority"] == Passage.authority)
                #expect(line["baggage"] == "k8s.namespace.name=demo,service.name=old")
                #expect(line["peer"] == "spiffe://test/workload")
                #expect(line["tls"] == "TLSv1.3")
                // A mesh goes by identities; the name in --to is an address either way here.
                #expect(line["sni"] == "-")
            }
        }

        @Test func theClientEndsAndTheAnswerStillComes() throws {
            try Self.with { passage, _ in
                let pair = try passage.open()
                try HalfClose.run(pair.client, pair.upstream, fin: true)
                #expect(try passage.daemon.session().reason == "completed")
            }
        }

        /// Envoy then cuts the other direction, END_STREAM and RST_STREAM(NO_ERROR) in one breath;
        /// and where the stream's window held bytes back it throws them away with a RST_STREAM that
        /// says INTERNAL_ERROR (1.40.0; python-h2 in our place gets the same).
        @Test(arguments: [64 << 10, 4 << 20])
        func aTargetThatEndsFirstIsNeverCutOffUnseen(_ bytes: Int) throws {
            try Self.with { passage, _ in
                let pair = try passage.open()
                let sending = Background {
                    try pair.upstream.send(RandomStream(seed: 5), bytes: bytes)
                    try pair.upstream.finishWriting()
                }
                let (count, ending) = try pair.client.expectAll(RandomStream(seed: 5))
                try sending.value()
                if bytes < 256 << 10 { #expect(count == bytes) }
                #expect(count == bytes || ending == .reset, "\(ending) after \(count)")
                // Nobody hears the client any more; it must not be left to believe otherwise.
                try eventually("the client is told") {
                    do {
                        try pair.client.send("to nobody")
                        return false
                    } catch { return true }
                }
                let line = try passage.daemon.session()
                #expect(line.reason == "upstream-reset", "\(line)")
                #expect(line.closedBy == "upstream", "\(line)")
                #expect(line.bytesDown == count + 4)
            }
        }

        @Test func aTargetThatRefusesIsToldInEnvoysWords() throws {
            let nobody = try Listener.closedPort()
            try Self.with(to: nobody) { passage, envoy in
                #expect(try passage.connect().receiveEnd() == .reset)
                let line = try passage.daemon.session()
                #expect(line.reason == "tunnel-refused", "\(line)")
                #expect(line.phase == "opening the tunnel", "\(line)")
                #expect(line.closedBy == "upstream")
                #expect(line.message.contains("503"), "\(line.message)")
                #expect(line.message.contains("envoy"), "\(line.message)")
                #expect(line.message.contains("connection_refused"), "\(line.message)")
                #expect(try envoy.session()["flags"] == "UF")
            }
        }

        /// A refused stream is nothing to its neighbours.
        @Test func aRefusalLeavesTheCarrierAlone() throws {
            try Self.with { passage, envoy in
                let pair = try passage.open()
                passage.target.refuse()
                #expect(try passage.connect().receiveEnd() == .reset)
                try Passage.isAlive(pair)
                try Passage.end(pair)
                let lines = try passage.daemon.sessions(2)
                #expect(lines.map(\.reason) == ["tunnel-refused", "completed"], "\(lines)")
                #expect(try envoy.statistic("http.tunnels.downstream_cx_total") == 1)
            }
        }

        @Test func aTargetsResetIsAReset() throws {
            try Self.with { passage, envoy in
                let pair = try passage.open()
                pair.upstream.reset()
                #expect(try pair.client.receiveEnd() == .reset)
                let line = try passage.daemon.session()
                #expect(line.reason == "upstream-reset" && line.closedBy == "upstream", "\(line)")
                #expect(try envoy.session()["flags"] == "UC")
            }
        }

        /// Envoy hands it on as an end; but it knows better, and says so.
        @Test func aClientsResetIsAResetToEnvoy() throws {
            try Self.with { passage, envoy in
                let pair = try passage.open()
                pair.client.reset()
                _ = try pair.upstream.receiveEnd()
                let line = try envoy.session()
                #expect(line["flags"] == "DR", "\(line)")
                #expect(line["detail"] == "http2.remote_reset", "\(line)")
                #expect(try passage.daemon.session().reason == "client-reset")
            }
        }

        /// Envoy allows a hundred streams at once; it is not asked for more.
        @Test func aHundredSessionsAreOneHandshakeAndOneMoreIsAnother() throws {
            try Self.with { passage, envoy in
                let connections = "http.tunnels.downstream_cx_total"
                var pairs = try (0..<100).map { _ in try passage.open() }
                #expect(try envoy.statistic(connections) == 1)
                pairs.append(try passage.open())
                #expect(try envoy.statistic(connections) == 2)
                for pair in pairs { try Passage.isAlive(pair) }
                for pair in pairs { try Passage.end(pair) }
                let lines = try passage.daemon.sessions(101)
                #expect(lines.allSatisfy { $0.reason == "completed" })
                #expect(Set(lines.map(\.carrier)).count == 2)
            }
        }

        static func with(
            _ name: String = "h2-connect", to endpoint: Endpoint? = nil, flags: [String] = [],
            _ body: (Passage, Envoy) throws -> Void
        ) throws {
            let target = try Listener()
            try Envoy.terminating(at: endpoint ?? target.endpoint) { envoy in
                let flags = try Passage.originating(
                    to: envoy.endpoint, protocol: name, flags: flags)
                try Daemon.with(flags) { daemon in
                    try body(
                        Passage(entry: daemon.endpoint, target: target, daemon: daemon), envoy)
                }
            }
        }
    }
}

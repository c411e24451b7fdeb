// SPDX-License-Identifier: Apache-2.0
// attache connect --tunnel and an Envoy that do not trust each other: no byte moves, and the line
// says whose certificate it was and what was expected of it.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct EnvoyTerminatorTrust {
        @Test(arguments: Passage.protocols)
        func anEnvoyOfAnotherNameIsRefusedWithBothNames(_ name: String) throws {
            try Self.with(protocol: name, expecting: "spiffe://test/other") { daemon, envoy in
                let line = try Self.refused(daemon)
                #expect(line.reason == "certificate-refused", "\(line)")
                #expect(line.phase == "securing the upstream", "\(line)")
                #expect(line.message.contains("spiffe://test/gateway"), "\(line.message)")
                #expect(line.message.contains("spiffe://test/other"), "\(line.message)")
                #expect(try envoy.statistic("http.tunnels.downstream_rq_total") == 0)
            }
        }

        /// Our handshake has succeeded by then: with TLS 1.3 the alert comes behind it.
        @Test func aMissingCertificateOfOursIsNamed() throws {
            try Self.with(own: nil) { daemon, envoy in
                let line = try Self.refused(daemon)
                #expect(line.reason == "own-certificate-refused", "\(line)")
                #expect(line.closedBy == "upstream")
                #expect(line.message.contains("certificate"), "\(line.message)")
                #expect(try envoy.statistic("http.tunnels.downstream_rq_total") == 0)
            }
        }

        @Test(arguments: Passage.protocols)
        func aCertificateOfOursThatEnvoyDoesNotLikeIsNamed(_ name: String) throws {
            try Self.with(protocol: name, wanting: "somebody-else") { daemon, envoy in
                let line = try Self.refused(daemon)
                #expect(line.reason == "own-certificate-refused", "\(line)")
                #expect(line.closedBy == "upstream")
                #expect(try envoy.statistic("http.tunnels.downstream_rq_total") == 0)
            }
        }

        static func refused(_ daemon: Daemon) throws -> SessionLine {
            let client = try Peer.connect(to: daemon.endpoint)
            _ = try? client.send("the client's secret")
            #expect(try client.receiveEnd() == .reset)
            let line = try daemon.session()
            #expect(line.bytesUp == 0 && line.bytesDown == 0, "\(line)")
            return line
        }

        /// `wanting` is the name that Envoy asks of us.
        static func with(
            protocol name: String = "h2-connect", own: String? = "workload",
            expecting peer: String = "spiffe://test/gateway", wanting: String = "workload",
            _ body: (Daemon, Envoy) throws -> Void
        ) throws {
            let target = try Listener()
            try Envoy.terminating(at: target.endpoint, expecting: wanting) { envoy in
                let flags = try Passage.originating(
                    to: envoy.endpoint, protocol: name, own: own, expecting: peer)
                try Daemon.with(flags) { try body($0, envoy) }
            }
            #expect(!target.hasVisitor)
        }
    }
}

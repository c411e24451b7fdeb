// SPDX-License-Identifier: Apache-2.0
// An Envoy and an attache terminate --accept that do not trust each other: no stream is opened, and
// the line says whose certificate it was and what was expected of it.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct EnvoyOriginatorTrust {
        @Test(arguments: Passage.protocols)
        func anEnvoyOfAnotherNameIsRefusedWithBothNames(_ name: String) throws {
            try Self.with(protocol: name, allowing: "spiffe://test/other") { daemon, envoy in
                let line = try daemon.sessions(1)[0]
                #expect(line.reason == "certificate-refused", "\(line)")
                #expect(line.phase == "securing the client", "\(line)")
                #expect(line.message.contains("spiffe://test/workload"), "\(line.message)")
                #expect(line.message.contains("spiffe://test/other"), "\(line.message)")
                #expect(try envoy.session()["flags"].contains("UF"))
            }
        }

        /// To Envoy its handshake has succeeded by then; the alert comes behind it.
        @Test(arguments: Passage.protocols)
        func anEnvoyWithoutACertificateIsNamed(_ name: String) throws {
            try Self.with(protocol: name, own: nil) { daemon, envoy in
                let line = try daemon.sessions(1)[0]
                #expect(line.reason == "certificate-refused", "\(line)")
                #expect(line.message.contains("no certificate"), "\(line.message)")
                // It has no word for it.
                let said = try envoy.session()
                #expect(said["flags"].contains("UF") && said["answer"] == "-", "\(said)")
            }
        }

        @Test func anEnvoyThatDoesNotLikeOurNameIsNamed() throws {
            try Self.with(expecting: "somebody-else") { daemon, envoy in
                let line = try daemon.sessions(1)[0]
                #expect(line.reason == "own-certificate-refused", "\(line)")
                #expect(line.closedBy == "client", "\(line)")
                let said = try envoy.session()
                #expect(said["failure"].contains("CERTIFICATE_VERIFY_FAILED"), "\(said)")
            }
        }

        /// `own` is what Envoy shows, `name` what it expects of us; the body runs when a client of
        /// it was turned away.
        static func with(
            protocol name: String = "h2-connect", own: String? = "workload",
            expecting peer: String = "gateway", allowing allowed: String = "spiffe://test/workload",
            _ body: (Daemon, Envoy) throws -> Void
        ) throws {
            let target = try Listener()
            let flags = try Passage.terminating(
                at: target.endpoint, protocol: name, allowing: allowed)
            try Daemon.with(flags) { daemon in
                try Envoy.originating(
                    to: [daemon.endpoint], authority: Passage.authority, own: own, expecting: peer
                ) { envoy in
                    _ = try Peer.connect(to: envoy.endpoint).receiveEnd()
                    try body(daemon, envoy)
                }
            }
            #expect(!target.hasVisitor)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// A certificate of ours that the service refuses is reported as that, though TLS 1.3 tells it only
// at the first read.

import COpenSSL
import Support
import Testing

extension EndToEnd {
    @Suite struct OwnCertificate {
        @Test(
            arguments: [nil, "other-authority-client", "expired-client"],
            [
                TLS1_2_VERSION, TLS1_3_VERSION,
            ])
        func aRefusalByTheServiceIsReportedAsThat(_ profile: String?, _ version: Int32) throws {
            var options = TLSOptions.mutualServer
            options.version = version...version
            let upstream = try Listener(tls: .server(options))
            let identity = try profile.map { try PKI.identity($0) } ?? []
            let arguments =
                try [
                    "connect", "--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)", "--ca",
                    PKI.certificate("ca"),
                ] + identity
            try Daemon.with(arguments) { daemon in
                let client = try Peer.connect(to: daemon.endpoint)
                #expect(throws: (any Error).self) { try upstream.accept() }
                #expect(try client.receiveEnd() == .reset)
                let line = try daemon.session()
                // TLS 1.2 has no alert of its own for "where is your certificate?".
                let isAmbiguous = profile == nil && version == TLS1_2_VERSION
                #expect(
                    line.reason == (isAmbiguous ? "handshake-failed" : "own-certificate-refused"),
                    "\(line.message)")
                #expect(line.closedBy == "upstream")
                #expect(line.message.lowercased().contains("certificate"))
                #expect(line.bytesDown == 0)
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Who may come in: at a listener that wants client certificates nothing is dialled before the
// client has proved itself.

import COpenSSL
import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct ClientCertificates {
        struct Stranger: Sendable, CustomTestStringConvertible {
            let certificate: String?
            let message: String
            var testDescription: String { certificate ?? "none" }
        }

        static let strangers = [
            Stranger(
                certificate: nil,
                message:
                    "no (client )?certificate|certificate required|not return a certificate|none"),
            Stranger(certificate: "other-authority-client", message: "Other CA|issuer|authority"),
            Stranger(certificate: "expired-client", message: "expired"),
            Stranger(certificate: "revoked-client", message: "revoked"),
            Stranger(certificate: "server", message: "purpose"),
            Stranger(certificate: "other-client", message: "other\\.test"),
        ]

        @Test(arguments: strangers, [TLS1_2_VERSION, TLS1_3_VERSION])
        func aStrangerGetsAnAlertAndNothingIsDialled(_ stranger: Stranger, _ version: Int32) throws
        {
            try Self.with(required) { daemon, upstream in
                let ending = try Self.knock(daemon, stranger.certificate, version)
                #expect(ending.isAlert, "\(ending)")
                let line = try daemon.session()
                #expect(line.reason == "certificate-refused")
                #expect(line.phase == "securing the client")
                #expect(line.closedBy == "client")
                let pattern = try Regex(stranger.message).ignoresCase()
                #expect(line.message.contains(pattern), "\(line.message)")
                #expect(!upstream.hasVisitor)
                // And the next honest one is served.
                let good = try Peer.connect(to: daemon.endpoint, tls: .client())
                try good.exchange("hello", with: upstream.accept())
            }
        }

        @Test(arguments: [
            ("dns:client.test", true), ("dns:*.test", true), ("cn:client", true),
            ("uri:spiffe://test/client", true), ("uri:spiffe://test/*", true),
            ("uri:spiffe://**", true), ("dns:other.test", false), ("cn:other", false),
            ("uri:spiffe://test/other", false), ("dns:*.client.test", false), ("dns:*", false),
        ])
        func thePolicyDecidesByName(_ pattern: String, _ good: Bool) throws {
            let flags = try ["--client-ca", PKI.certificate("ca"), "--allow", pattern]
            try Self.with(flags) { daemon, upstream in
                if good {
                    let client = try Peer.connect(to: daemon.endpoint, tls: .client())
                    let visitor = try upstream.accept()
                    try client.exchange("hello", with: visitor)
                    client.close()
                    visitor.close()
                    let peer = try #require(try daemon.session().clientTls?.peer)
                    #expect(peer.contains("client"))
                } else {
                    #expect(try Self.knock(daemon, "client", TLS1_3_VERSION).isAlert)
                    #expect(!upstream.hasVisitor)
                }
            }
        }

        @Test func whereOptionalNoneIsFineAndABadOneIsNot() throws {
            let flags = try required + ["--client-certificate", "optional"]
            try Self.with(flags) { daemon, upstream in
                for certificate in [nil, "client"] {
                    let options = TLSOptions(certificate: certificate)
                    let client = try Peer.connect(to: daemon.endpoint, tls: .client(options))
                    try client.exchange("hello", with: upstream.accept())
                }
                for certificate in ["other-client", "expired-client", "other-authority-client"] {
                    let ending = try Self.knock(daemon, certificate, TLS1_3_VERSION)
                    #expect(ending.isAlert, "\(certificate): \(ending)")
                    #expect(!upstream.hasVisitor)
                }
            }
        }

        @Test func whereOffNobodyIsAsked() throws {
            for flags in [[], ["--client-certificate", "off"]] {
                try Self.with(flags) { daemon, upstream in
                    for certificate in [nil, "client", "other-authority-client"] {
                        let options = TLSOptions(certificate: certificate)
                        let client = try Peer.connect(to: daemon.endpoint, tls: .client(options))
                        let visitor = try upstream.accept()
                        try client.exchange("hello", with: visitor)
                        client.close()
                        visitor.close()
                    }
                    #expect(try daemon.sessions(3).allSatisfy { $0.clientTls?.peer == nil })
                }
            }
        }

        private var required: [String] {
            get throws {
                try [
                    "--client-ca", PKI.certificate("ca"), "--allow", "dns:client.test", "--crl",
                    PKI.crl(),
                ]
            }
        }

        /// How a client with this certificate is received; with TLS 1.3 it learns that only at its
        /// first read.
        static func knock(_ daemon: Daemon, _ certificate: String?, _ version: Int32) throws
            -> Ending
        {
            var options = TLSOptions(certificate: certificate)
            options.version = version...version
            let client = try Peer.connect(to: daemon.endpoint)
            do {
                try client.secure(.client(options), until: .after(.seconds(5)))
            } catch let refusal as HandshakeFailure {
                return refusal.ending
            }
            return try client.receiveEnd()
        }

        static func with(_ flags: [String], _ body: (Daemon, Listener) throws -> Void) throws {
            let upstream = try Listener()
            let arguments =
                try ["terminate", "--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)"]
                + PKI.identity("server") + flags
            try Daemon.with(arguments) { try body($0, upstream) }
        }
    }
}

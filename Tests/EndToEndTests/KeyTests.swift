// SPDX-License-Identifier: Apache-2.0
// Keys: pinned ones of upstreams, and our own behind a passphrase; lists of suites.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Keys {
        /// As an operator computes it.
        private static func pin(_ profile: String) throws -> String {
            let script = try """
            openssl x509 -in \(PKI.certificate(profile)) -noout -pubkey |
                openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64
            """
            return "sha256/" + (try Program("bash").lines(["-c", script]).first ?? "")
        }

        @Test func pinnedUpstreamIsReached() throws {
            let pins = try ["--pin", Self.pin("client"), "--pin", Self.pin("server")]
            try Negotiation.upstream(.mutualServer, pins) { daemon, upstream in
                let client = try Peer.connect(to: daemon.endpoint)
                try client.exchange("hello", with: upstream.accept())
            }
        }

        @Test func upstreamWithAnotherKeyIsRefusedAndItsPinTold() throws {
            let other = try Self.pin("client")
            try Negotiation.upstream(.mutualServer, ["--pin", other]) { daemon, upstream in
                let client = try Peer.connect(to: daemon.endpoint)
                #expect(throws: (any Error).self) { try upstream.accept() }
                #expect(try client.receiveEnd() == .reset)
                let line = try daemon.session()
                #expect(line.reason == "certificate-refused")
                #expect(line.message.contains("it is \(try Self.pin("server"))"))
                #expect(line.message.contains("expected \(other)"), "\(line.message)")
            }
        }

        @Test(arguments: ["-aes128", "-traditional -aes128"])
        func keyBehindAPassphraseIsUsed(_ format: String) throws {
            let folder = try Folder()
            let arguments = try Self.locked(folder, format, word: "open sesame\n")
            let upstream = try Listener()
            try Daemon.with(
                ["terminate", "--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)"]
                    + arguments
            ) { daemon in
                let client = try Peer.connect(
                    to: daemon.endpoint, tls: .client(TLSOptions.mutualClient))
                try client.exchange("hello", with: upstream.accept())
                #expect(!daemon.child.errors.contains { $0.contains("sesame") })
            }
        }

        @Test func wrongPassphraseEndsTheStartWithBothFiles() throws {
            let folder = try Folder()
            let arguments = try Self.locked(folder, "-aes128", word: "guess")
            let child = try Daemon.start(
                ["terminate", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:1"] + arguments)
            defer { child.destroy() }
            #expect(try child.waitForExit() != .code(0))
            let said = child.errors.joined(separator: "\n")
            #expect(said.contains("\(folder.file("word"))\" does not open the key"), "\(said)")
            #expect(!said.contains("guess"))
        }

        private static func locked(
            _ folder: Folder, _ format: String, word: String
        ) throws -> [String] {
            try Program("openssl").lines(
                ["pkey", "-in", PKI.key("server"), "-out", folder.file("key")]
                    + format.split(separator: " ").map(String.init)
                    + ["-passout", "pass:open sesame"])
            return try [
                "--certificate", PKI.certificate("server"), "--key", folder.file("key"),
                "--key-passphrase-file", folder.write("word", word),
            ]
        }

        @Test(arguments: [
            ("-tls1_2", ["-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"]),
            ("-tls1_3", ["-ciphersuites", "TLS_AES_128_GCM_SHA256"]),
        ])
        func clientWithoutACommonSuiteIsToldApart(_ version: String, _ suites: [String]) throws {
            let flags = [
                "--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384", "--cipher-suites",
                "TLS_AES_256_GCM_SHA384", "--groups", "X25519,P-256",
            ]
            try Negotiation.listener(flags) { daemon, upstream in
                _ = try Program("openssl").run(
                    ["s_client", "-connect", "\(daemon.endpoint)", version] + suites)
                let line = try daemon.session()
                #expect(line.reason == "handshake-failed")
                for part in [
                    "no way of speaking TLS in common with the client",
                    "ECDHE-ECDSA-AES256-GCM-SHA384", "TLS_AES_256_GCM_SHA384", "X25519, P-256",
                ] {
                    #expect(line.message.contains(part), "\(line.message)")
                }
                #expect(!upstream.hasVisitor)
            }
        }

        @Test func suiteThatNobodyKnowsEndsTheStart() throws {
            let child = try Daemon.start(
                [
                    "connect", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:1", "--ca",
                    PKI.certificate("ca"), "--ciphers", "ECDHE-RSA-AES128-GCM-SHA256,HIGH",
                    "--groups", "X-1",
                ])
            defer { child.destroy() }
            #expect(try child.waitForExit() != .code(0))
            let said = child.errors.joined(separator: "\n")
            #expect(said.contains("\"HIGH\"") && said.contains("\"X-1\""), "\(said)")
            #expect(!said.contains("called \"ECDHE"))
        }
    }
}

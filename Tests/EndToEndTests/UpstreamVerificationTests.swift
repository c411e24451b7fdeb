// SPDX-License-Identifier: Apache-2.0
// An impostor gets no byte of the client's, and the operator reads what was wrong with it.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct UpstreamVerification {
        struct Impostor: Sendable, CustomTestStringConvertible {
            let profile: String
            /// What the message must say.
            let message: String
            var flags: [String] = []
            var testDescription: String { profile }
        }

        static let impostors = [
            Impostor(profile: "expired", message: "expired"),
            Impostor(profile: "not-yet-valid", message: "not (yet|valid before)"),
            Impostor(profile: "wrong-name", message: "wrong\\.test"),
            Impostor(profile: "other-authority", message: "Other CA|issuer|authority"),
            Impostor(profile: "self-signed", message: "self.signed"),
            Impostor(profile: "wrong-purpose", message: "purpose"),
            Impostor(profile: "revoked", message: "revoked", flags: ["crl"]),
            Impostor(profile: "cn-only", message: "localhost"),
        ]

        @Test(arguments: impostors, [Combination.plainToTLS, .tlsToTLS])
        func anImpostorGetsNothing(_ impostor: Impostor, _ combination: Combination) throws {
            try Self.with(impostor.profile, combination, flags: impostor.flags) {
                daemon, client, visitor in
                let count = Background { Self.applicationBytes(visitor.0, visitor.1) }
                _ = try? client.send("the client's secret")
                let ending = try client.receiveEnd()
                #expect(combination.clientIsTLS ? ending.isAlert : ending == .reset, "\(ending)")
                #expect(try count.value() == 0)
                let line = try daemon.session()
                #expect(line.reason == "certificate-refused")
                #expect(line.phase == "securing the upstream")
                // Whose doing it was: the one who showed it.
                #expect(line.closedBy == "upstream")
                #expect(line.bytesUp == 0)
                let pattern = try Regex(impostor.message).ignoresCase()
                #expect(line.message.contains(pattern), "\(line.message)")
                #expect(line.message.contains("localhost"), "no subject: \(line.message)")
            }
        }

        /// The counterpart: the same path with a good certificate carries bytes.
        @Test(arguments: ["server", "intermediate", "rsa-server"])
        func aGoodCertificateIsTaken(_ profile: String) throws {
            // There is no CRL of the intermediate authority, and asking for one is a refusal.
            let flags = profile == "intermediate" ? [] : ["crl"]
            try Self.with(profile, .plainToTLS, flags: flags) { daemon, client, visitor in
                try visitor.0.secure(visitor.1, until: .after(.seconds(5)))
                try client.exchange("hello", with: visitor.0)
                client.close()
                _ = try visitor.0.receiveAll()
                visitor.0.close()
                let line = try daemon.session()
                #expect(line.upstreamTls?.version == "TLSv1.3")
                #expect(line.upstreamTls?.resumed == false)
                #expect(line.upstreamTls?.peer?.contains("localhost") == true)
            }
        }

        /// Names that are asked for stand instead of the host name, and then only they count.
        @Test(arguments: [
            ("dns:server.test", true), ("dns:*.test", true), ("dns:other.test", false),
        ])
        func allowedNamesCountInsteadOfTheHostName(_ pattern: String, _ good: Bool) throws {
            try Self.with("server", .plainToTLS, flags: ["allow", pattern]) {
                daemon, client, visitor in
                if good {
                    try visitor.0.secure(visitor.1, until: .after(.seconds(5)))
                    try client.exchange("hello", with: visitor.0)
                } else {
                    #expect(Self.applicationBytes(visitor.0, visitor.1) == 0)
                    #expect(try client.receiveEnd() == .reset)
                    let line = try daemon.session()
                    #expect(line.reason == "certificate-refused")
                    #expect(line.message.contains("server.test"))
                    #expect(line.message.contains("other.test"))
                }
            }
        }

        @Test func anIPAddressIsVerifiedByItsOwnName() throws {
            let upstream = try Listener(tls: .server(TLSOptions(certificate: "wrong-name")))
            let good = try Listener(tls: .server(TLSOptions(certificate: "server")))
            for (listener, isGood) in [(upstream, false), (good, true)] {
                let arguments = try [
                    "connect", "--listen", "127.0.0.1:0", "--to", "\(listener.endpoint)", "--ca",
                    PKI.certificate("ca"),
                ]
                try Daemon.with(arguments) { daemon in
                    let client = try Peer.connect(to: daemon.endpoint)
                    let visitor = try listener.acceptRaw()
                    if isGood {
                        try visitor.secure(listener.tls!, until: .after(.seconds(5)))
                        try client.exchange("hello", with: visitor)
                    } else {
                        #expect(Self.applicationBytes(visitor, listener.tls!) == 0)
                        #expect(try client.receiveEnd() == .reset)
                        #expect(try daemon.session().message.contains("127.0.0.1"))
                    }
                }
            }
        }

        @Test func verificationIsOffOnlyByItsInsecureWord() throws {
            try Self.with("self-signed", .plainToTLS, flags: ["verify", "none-insecure"]) {
                _, client, visitor in
                try visitor.0.secure(visitor.1, until: .after(.seconds(5)))
                try client.exchange("hello", with: visitor.0)
            }
        }

        /// The impostor does what it can: finishes the handshake if it is let, and counts what then
        /// comes.
        static func applicationBytes(_ visitor: Peer, _ context: TLSContext) -> Int {
            do {
                try visitor.secure(context, until: .after(.seconds(10)))
                return try visitor.receiveAll().bytes.count
            } catch { return 0 }
        }

        /// A daemon whose upstream shows `profile`, a client of it, and the visitor that the
        /// upstream got.
        static func with(
            _ profile: String, _ combination: Combination, flags: [String],
            _ body: (Daemon, Peer, (Peer, TLSContext)) throws -> Void
        ) throws {
            let prefix = combination.clientIsTLS ? "--to-" : "--"
            var words = flags
            if words == ["crl"] { words.append(try PKI.crl()) }
            if let name = words.first { words[0] = prefix + name }
            let context = try TLSContext.server(TLSOptions(certificate: profile))
            let listener = try Listener()
            let arguments =
                try combination.arguments
                + ["--listen", "127.0.0.1:0", "--to", "\(listener.endpoint)"] + words
            try Daemon.with(arguments) { daemon in
                let tls = combination.clientIsTLS ? try TLSContext.client() : nil
                let client = try Peer.connect(to: daemon.endpoint, tls: tls)
                try body(daemon, client, (listener.acceptRaw(), context))
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Whatever comes instead of TLS: a clear line, an orderly end, nothing upstream, nothing lost for
// anybody else.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct BadInput {
        struct Nonsense: Sendable, CustomTestStringConvertible {
            let testDescription: String
            let bytes: [UInt8]
        }

        static let nonsense = [
            Nonsense(
                testDescription: "garbage", bytes: (0..<512).map { UInt8($0 * 7 % 251) | 0x80 }),
            Nonsense(
                testDescription: "HTTP", bytes: Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)),
            Nonsense(testDescription: "plaintext", bytes: Array("PING\r\n".utf8)),
            Nonsense(
                testDescription: "SSLv2 hello",
                bytes: [0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10]
                    + [UInt8](repeating: 1, count: 37)),
            Nonsense(
                testDescription: "oversized record",
                bytes: [22, 3, 1, 0xff, 0xff] + [UInt8](repeating: 1, count: 20_000)),
            Nonsense(
                testDescription: "TLS 1.0 ClientHello",
                bytes: [22, 3, 1, 0, 47, 1, 0, 0, 43, 3, 1] + [UInt8](repeating: 9, count: 32)
                    + [0, 0, 4, 0, 0x2f, 0, 0x35, 1, 0]),
        ]

        @Test(arguments: nonsense)
        func nonsenseOnATLSListenerIsTurnedAway(_ nonsense: Nonsense) throws {
            try Tunnel.with(.tlsToPlain) { tunnel in
                let honest = try tunnel.open()
                let client = try Peer.connect(to: tunnel.daemon.endpoint)
                try client.send(nonsense.bytes)
                // An alert of at most a few bytes may come, then an end: well before the deadline
                // of 10 s.
                var bytes = 0
                let time = try Duration.of { bytes = try Self.alertBytes(client) }
                #expect(bytes <= 16)
                #expect(time < .seconds(2))
                let line = try tunnel.daemon.session()
                #expect(line.reason == "handshake-failed")
                #expect(line.phase == "securing the client")
                #expect(!line.message.isEmpty)
                #expect(!tunnel.upstream.hasVisitor)
                try honest.client.exchange("hello", with: honest.upstream)
            }
        }

        @Test func thePlaintextClientOnATLSListenerIsRecognisedInTheMessage() throws {
            try Tunnel.with(.tlsToPlain) { tunnel in
                let client = try Peer.connect(to: tunnel.daemon.endpoint)
                try client.send("GET / HTTP/1.1\r\n\r\n")
                _ = try client.receiveAll()
                let message = try tunnel.daemon.session().message.lowercased()
                #expect(
                    message.contains("plain") || message.contains("http")
                        || message.contains("not tls"))
            }
        }

        @Test(arguments: [false, true])
        func aClientHelloThatNeverEndsMeetsAnAbsoluteDeadline(_ trickles: Bool) throws {
            let hello: [UInt8] =
                [22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3] + [UInt8](repeating: 5, count: 32)
            try Tunnel.with(.tlsToPlain, flags: ["--handshake", "1s"]) { tunnel in
                let client = try Peer.connect(to: tunnel.daemon.endpoint)
                let trickling = Background {
                    guard trickles else { return try client.send(hello) }
                    for byte in hello + hello + hello {
                        if (try? client.send([byte])) == nil { return }
                        usleep(100_000)
                    }
                }
                let ending = try client.receiveAll().ending
                #expect(ending == .reset || ending == .end)
                let line = try tunnel.daemon.session()
                #expect(line.reason == "handshake-timeout")
                #expect((950...2500).contains(line.durationMs), "\(line.durationMs) ms")
                #expect(!tunnel.upstream.hasVisitor)
                try trickling.value()
            }
        }

        /// CVE-2026-1642: nginx took such bytes for the answer.
        @Test(arguments: [Combination.plainToTLS, .tlsToTLS])
        func anUpstreamThatSpeaksFirstInPlaintextIsNotBelieved(_ combination: Combination) throws {
            let upstream = try Listener()
            let arguments =
                try combination.arguments
                + ["--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)"]
            try Daemon.with(arguments) { daemon in
                let context = combination.clientIsTLS ? try TLSContext.client() : nil
                let client = try Peer.connect(to: daemon.endpoint, tls: context)
                let visitor = try upstream.acceptRaw()
                try visitor.send(
                    "220 mail.test ESMTP ready, and a little more to fill a record\r\n")
                let ending = try client.receiveEnd()
                #expect(combination.clientIsTLS ? ending.isAlert : ending == .reset)
                let line = try daemon.session()
                #expect(line.reason == "handshake-failed")
                #expect(line.phase == "securing the upstream")
                #expect(line.bytesDown == 0)
                #expect(
                    line.message.lowercased().contains("plain") || line.message.contains("not TLS"))
            }
        }

        /// The reverse of a plaintext client on a TLS port is none of our business: bytes are
        /// bytes.
        @Test func aTLSClientOnAPlainListenerIsCarriedAsItIs() throws {
            try Tunnel.with(.plainToPlain) { tunnel in
                let client = try tunnel.connect()
                let upstream = try tunnel.upstream.accept()
                let securing = Background {
                    try client.secure(.client(), until: .after(.seconds(5)))
                }
                try upstream.secure(.server(), until: .after(.seconds(5)))
                try securing.value()
                try client.exchange("hello", with: upstream)
            }
        }

        /// Towards an upstream of the wrong kind: TLS was meant, plaintext is what it gets.
        @Test func aSilentTLSUpstreamIsNotMistakenForAPlainOne() throws {
            let upstream = try Listener(tls: .server(TLSOptions(certificate: "server", trust: nil)))
            let arguments = [
                "connect", "--plain", "--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)",
            ]
            try Daemon.with(arguments) { daemon in
                let client = try Peer.connect(to: daemon.endpoint)
                try client.send("PING\r\nPING\r\nPING\r\n")
                #expect(throws: (any Error).self) { try upstream.accept() }
                #expect(try Self.alertBytes(client) <= 16)
            }
        }

        static func alertBytes(_ client: Peer) throws -> Int { try client.receiveAll().bytes.count }
    }
}

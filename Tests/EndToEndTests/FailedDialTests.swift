// SPDX-License-Identifier: Apache-2.0
// A client whose dial failed is told so: never a clean empty end on TCP.

import Support
import Testing

extension EndToEnd {
    @Suite struct FailedDial {
        @Test(arguments: Combination.allCases)
        func aRefusedDialResetsTheClient(_ combination: Combination) throws {
            let nobody = try Listener.closedPort()
            try Self.with(combination, to: [nobody]) { daemon, context in
                let client = try Peer.connect(to: daemon.endpoint, tls: context)
                let ending = try client.receiveEnd()
                if combination.clientIsTLS {
                    #expect(ending.isAlert, "a TLS client gets an alert first, not \(ending)")
                } else {
                    #expect(ending == .reset)
                }
                let line = try daemon.session()
                #expect(line.reason == "connect-failed")
                #expect(line.phase == "connecting to the upstream")
                #expect(line.closedBy == "upstream" || line.closedBy == "attache")
                #expect(line.message.contains("refused"))
                #expect(line.message.contains("\(nobody.port)") || line.endpoint == "\(nobody)")
                #expect(line.bytesUp == 0 && line.bytesDown == 0)
            }
        }

        /// A client that has sent something already must not lose the reset to its own unread
        /// bytes, nor get it too early.
        @Test(arguments: Combination.allCases)
        func aRefusedDialResetsAClientThatSpokeFirst(_ combination: Combination) throws {
            try Self.with(combination, to: [Listener.closedPort()]) { daemon, context in
                for _ in 0..<20 {
                    let client = try Peer.connect(to: daemon.endpoint, tls: context)
                    _ = try? client.send("hello")
                    let ending = try client.receiveEnd()
                    #expect(ending == .reset || ending.isAlert)
                }
            }
        }

        /// A Unix socket has no reset, but closing one with unread bytes in it comes near:
        /// therefore a client is not read before its dial is ready.
        @Test func aFailedDialResetsAUnixClientThatSpokeFirst() throws {
            let folder = try Folder()
            let upstream = try Listener()
            let arguments = try [
                "connect", "--ca", PKI.certificate("ca"), "--listen", "unix:\(folder.file("in"))",
                "--to", "\(upstream.endpoint)",
            ]
            try Daemon.with(arguments) { daemon in
                let client = try Peer.connect(to: daemon.endpoint)
                try client.send("hello")
                let visitor = try upstream.acceptRaw()
                try visitor.waitReadable()
                visitor.reset()
                #expect(try client.receiveEnd() == .reset)
            }
        }

        @Test(arguments: [Combination.plainToTLS, .tlsToTLS, .plainToTunnel])
        func anUpstreamThatLeavesDuringTheHandshakeIsAFailedDial(_ combination: Combination) throws
        {
            let upstream = try Listener()
            try Self.with(combination, to: [upstream.endpoint]) { daemon, context in
                let client = try Peer.connect(to: daemon.endpoint, tls: context)
                let visitor = try upstream.acceptRaw()
                try visitor.waitReadable()
                visitor.close()
                let ending = try client.receiveEnd()
                #expect(ending == .reset || ending.isAlert)
                let line = try daemon.session()
                #expect(line.reason == "handshake-failed")
                #expect(line.phase == "securing the upstream")
                #expect(!line.message.isEmpty)
            }
        }

        @Test func aClientThatResetsCancelsItsDial() throws {
            let upstream = try Listener()
            try Self.with(.plainToTLS, to: [upstream.endpoint]) { daemon, _ in
                let client = try Peer.connect(to: daemon.endpoint)
                let visitor = try upstream.acceptRaw()
                try visitor.waitReadable()
                let time = try Duration.of {
                    client.reset()
                    // The handshake's own deadline would be 10 s.
                    _ = try visitor.receiveAll()
                }
                #expect(time < .seconds(1))
                #expect(try daemon.session().reason == "client-reset")
            }
        }

        @Test func aClientsEndDuringItsDialIsOnlyAHalfClose() throws {
            let upstream = try Listener(tls: .server())
            try Self.with(.plainToTLS, to: [upstream.endpoint]) { daemon, _ in
                let client = try Peer.connect(to: daemon.endpoint)
                try client.send("question")
                try client.finishWriting()
                let visitor = try upstream.acceptRaw()
                try visitor.waitReadable()
                try visitor.secure(upstream.tls!, until: .after(.seconds(5)))
                let (bytes, ending) = try visitor.receiveAll()
                #expect(bytes == Array("question".utf8))
                #expect(ending == .end)
                try visitor.exchange("answer", with: client)
                try visitor.finishWriting()
                #expect(try client.receiveEnd() == .end)
                #expect(try daemon.session().reason == "completed")
            }
        }

        @Test func anotherAddressIsTriedWhereOneRefuses() throws {
            let good = try Listener()
            let addresses = try [Listener.closedPort(), good.endpoint]
            try Self.with(.plainToPlain, to: addresses) { daemon, _ in
                for number in 0..<4 {
                    let client = try Peer.connect(to: daemon.endpoint)
                    try client.send("only once \(number)")
                    try client.finishWriting()
                    let upstream = try good.accept()
                    let (bytes, ending) = try upstream.receiveAll()
                    #expect(String(decoding: bytes, as: UTF8.self) == "only once \(number)")
                    #expect(ending == .end)
                }
                let attempts = try daemon.sessions(4).compactMap(\.attempts)
                #expect(attempts.contains(2), "\(attempts)")
            }
        }

        static func with(
            _ combination: Combination, to endpoints: [Endpoint],
            _ body: (Daemon, TLSContext?) throws -> Void
        ) throws {
            let context = combination.clientIsTLS ? try TLSContext.client() : nil
            let arguments =
                try combination.arguments + ["--listen", "127.0.0.1:0"]
                + endpoints.flatMap { ["--to", "\($0)"] }
            try Daemon.with(arguments) { try body($0, context) }
        }
    }
}

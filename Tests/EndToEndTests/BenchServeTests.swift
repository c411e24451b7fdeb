// SPDX-License-Identifier: Apache-2.0
// attache bench serve gives what its clients ask for, byte for byte, in plaintext and TLS.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct BenchServe {
        enum Carrier: String, CaseIterable, Sendable {
            case plain, tls, unix

            func with(_ flags: [String], _ body: (Daemon) throws -> Void) throws {
                let folder = try Folder()
                let listen = self == .unix ? "unix:\(folder.file("serve"))" : "127.0.0.1:0"
                let identity = self == .tls ? try PKI.identity("server") : []
                try Daemon.with(
                    ["bench", "serve", "--listen", listen] + flags + identity, body)
            }

            func connect(to daemon: Daemon) throws -> Peer {
                try Peer.connect(
                    to: daemon.endpoint,
                    tls: self == .tls ? .client(TLSOptions()) : nil)
            }
        }

        /// As `attache bench` writes it: 32 bytes, then anything up to `up`.
        static func request(up: Int, down: Int, isDuplex: Bool = false) -> [UInt8] {
            let words = [up, down, isDuplex ? 1 : 0].flatMap { word in
                withUnsafeBytes(of: UInt64(word).littleEndian) { Array($0) }
            }
            return Array("attbench".utf8) + words + [UInt8](repeating: 7, count: up - 32)
        }

        static func receive(_ count: Int, from client: Peer) throws {
            var left = count
            let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
            defer { room.deallocate() }
            while left > 0 {
                let part = UnsafeMutableRawBufferPointer(rebasing: room[..<min(left, room.count)])
                guard case .bytes(let more) = try client.receive(into: part) else {
                    throw Failure("an end with \(left) of \(count) bytes to come")
                }
                left -= more
            }
        }

        @Test(arguments: Carrier.allCases)
        func aRequestGetsExactlyItsAnswer(_ carrier: Carrier) throws {
            try carrier.with([]) { daemon in
                let client = try carrier.connect(to: daemon)
                for (up, down) in [(32, 1), (33, 0), (100, 16_385), (1 << 20, 5), (32, 8 << 20)] {
                    try client.send(Self.request(up: up, down: down))
                    try Self.receive(down, from: client)
                }
                // Two at once, then the end of our direction: both answers, not a byte more.
                try client.send(
                    Self.request(up: 40, down: 70_000) + Self.request(up: 50, down: 30_001))
                try client.finishWriting()
                let (bytes, ending) = try client.receiveAll()
                #expect(bytes.count == 100_001 && ending == .end)
                try daemon.end()
                #expect(daemon.child.output.isEmpty, "session lines are off")
            }
        }

        @Test(arguments: [Carrier.plain, .tls])
        func aDuplexAnswerDoesNotWaitForItsRequest(_ carrier: Carrier) throws {
            try carrier.with([]) { daemon in
                let client = try carrier.connect(to: daemon)
                let request = Self.request(up: 4 << 20, down: 4 << 20, isDuplex: true)
                try client.send(Array(request[..<32]))
                try Self.receive(1 << 20, from: client)
                let sending = Background { try client.send(Array(request[32...])) }
                try Self.receive(3 << 20, from: client)
                try sending.value()
                try client.finishWriting()
                #expect(try client.receiveEnd() == .end)
            }
        }

        /// Much more than all buffers hold is asked for and not read: memory stays where it was,
        /// and the answers come when they are wanted.
        @Test func whoAsksForMuchAndReadsNothingCostsNoMemory() throws {
            try Carrier.plain.with([]) { daemon in
                let warm = try Carrier.plain.connect(to: daemon)
                try warm.send(Self.request(up: 32, down: 8 << 20))
                try Self.receive(8 << 20, from: warm)
                let before = try ProcessFacts(daemon).memory("RssAnon")
                let clients = try (0..<50).map { _ in try Carrier.plain.connect(to: daemon) }
                for client in clients {
                    try client.send(Self.request(up: 32, down: 20 << 20))
                    try client.send(Self.request(up: 32, down: 3))
                    try client.waitReadable()
                }
                let after = try ProcessFacts(daemon).memory("RssAnon")
                #expect(after - before < 16 * 1024, "\(before) KiB, then \(after)")
                try Self.receive(20 << 20 + 3, from: clients[0])
            }
        }

        @Test(arguments: Carrier.allCases)
        func whatIsNoOrderComesBack(_ carrier: Carrier) throws {
            try carrier.with([]) { daemon in
                let client = try carrier.connect(to: daemon)
                for text in ["PING\r\n", "a", "ttbench\n", String(repeating: "x", count: 300)] {
                    try client.send(text)
                    #expect(try client.receive(text: text.utf8.count) == text)
                }
                try client.finishWriting()
                #expect(try client.receiveEnd() == .end)
            }
        }

        @Test(arguments: Carrier.allCases)
        func aSinkTakesEverythingAndEndsWithItsClient(_ carrier: Carrier) throws {
            try carrier.with(["--as", "discard", "--log-access", "stdout"]) { daemon in
                let client = try carrier.connect(to: daemon)
                try client.send(RandomStream(seed: 1), bytes: 8 << 20)
                try client.finishWriting()
                #expect(try client.receiveEnd() == .end)
                let line = try daemon.session()
                #expect(line.reason == "completed" && line.upstream == "discard")
                #expect(line.bytesUp == 8 << 20 && line.bytesDown == 0)
            }
        }

        @Test(arguments: Carrier.allCases)
        func aSourceGivesUntilItsClientGoesAway(_ carrier: Carrier) throws {
            try carrier.with(["--as", "source", "--log-access", "stdout"]) { daemon in
                let client = try carrier.connect(to: daemon)
                try Self.receive(8 << 20, from: client)
                try client.send(RandomStream(seed: 1), bytes: 1 << 20)
                try client.finishWriting()
                try Self.receive(8 << 20, from: client)
                client.close()
                let line = try daemon.session()
                #expect(line.bytesUp == 1 << 20 && line.bytesDown >= 16 << 20)
                #expect(line.reason == "client-reset")
            }
        }

        @Test func anEchoIsAnEcho() throws {
            try Carrier.plain.with(["--as", "echo"]) { daemon in
                let client = try Carrier.plain.connect(to: daemon)
                let request = Self.request(up: 40, down: 3)
                try client.send(request)
                try client.finishWriting()
                let (bytes, ending) = try client.receiveAll()
                #expect(bytes == request && ending == .end)
            }
        }
    }
}

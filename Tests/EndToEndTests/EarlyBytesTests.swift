// SPDX-License-Identifier: Apache-2.0
// What a client says while its upstream is being dialled is kept and delivered once.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct EarlyBytes {
        @Test(arguments: [Combination.plainToTLS, .tlsToTLS])
        func bytesSentDuringTheDialAreDeliveredOnce(_ combination: Combination) throws {
            try Tunnel.with(combination) { tunnel in
                let client = try tunnel.connect()
                let stream = RandomStream(seed: 4)
                try client.send(stream, bytes: 16 << 10)
                // The dial stands in its handshake until the test goes on.
                let visitor = try tunnel.upstream.acceptRaw()
                try visitor.waitReadable()
                try eventually("the client's first bytes are there") { client.unacknowledged == 0 }
                let sending = Background {
                    try client.send(stream, bytes: (4 << 20) - (16 << 10))
                    try client.finishWriting()
                }
                try visitor.secure(tunnel.upstream.tls!, until: .after(.seconds(5)))
                let (count, ending) = try visitor.expectAll(RandomStream(seed: 4))
                try sending.value()
                #expect(count == 4 << 20)
                #expect(ending == .end)
                #expect(!tunnel.upstream.hasVisitor, "dialled twice")
            }
        }

        /// The far end of the tunnel stands still, before its connection or only before the answer
        /// to CONNECT, until the test goes on.
        @Test(arguments: [false, true])
        func bytesSentWhileATunnelIsOpenedAreDeliveredOnce(_ isWarm: Bool) throws {
            try Tunnel.with(.plainToTunnel, flags: ["--workers", "1"]) { tunnel in
                let far = try #require(tunnel.far).child
                if isWarm {
                    let first = try tunnel.open()
                    try first.exchange("warm")
                    try first.finish()
                }
                far.signal(SIGSTOP)
                defer { far.signal(SIGCONT) }
                let client = try tunnel.connect()
                let stream = RandomStream(seed: 4)
                try client.send(stream, bytes: 16 << 10)
                try eventually("the client's first bytes are there") { client.unacknowledged == 0 }
                let sending = Background {
                    try client.send(stream, bytes: (4 << 20) - (16 << 10))
                    try client.finishWriting()
                }
                far.signal(SIGCONT)
                let visitor = try tunnel.upstream.accept()
                let (count, ending) = try visitor.expectAll(RandomStream(seed: 4))
                try sending.value()
                #expect(count == 4 << 20)
                #expect(ending == .end)
                try visitor.exchange("answer", with: client)
                #expect(!tunnel.upstream.hasVisitor, "dialled twice")
            }
        }

        /// SMTP, MySQL and SSH speak first on the server's side.
        @Test(arguments: Combination.allCases)
        func anUpstreamMaySpeakFirst(_ combination: Combination) throws {
            try Tunnel.with(combination) { tunnel in
                let pair = try tunnel.open()
                try pair.upstream.exchange("220 ready\r\n", with: pair.client)
                try pair.client.exchange("HELO\r\n", with: pair.upstream)
            }
        }
    }
}

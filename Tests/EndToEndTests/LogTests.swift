// SPDX-License-Identifier: Apache-2.0
// Nobody ever waits for a log to be read.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Logs {
        /// A pipe holds 64 KiB, some 150 lines: 1500 sessions fill it ten times over.
        @Test func aFullPipeOnStandardOutputBlocksNobody() throws {
            try Tunnel.with(.plainToPlain, output: .unread) { tunnel in
                let service = Service.echo(on: tunnel.upstream)
                defer { service.stop() }
                for _ in 0..<1500 {
                    let client = try tunnel.connect()
                    try client.send("hello")
                    #expect(try client.receive(text: 5) == "hello")
                    try client.finishWriting()
                    #expect(try client.receiveEnd() == .end)
                }
                let time = try Duration.of { try tunnel.daemon.end() }
                #expect(time < .seconds(3), "at exit logs are waited for 1 s at most")
            }
        }

        @Test func aSessionsLineTellsWhoWhereHowMuchAndHowLong() throws {
            try Tunnel.with(.tlsToTLS) { tunnel in
                let pair = try tunnel.open()
                let clientAddress = try "127.0.0.1:\(pair.client.localPort)"
                try pair.client.exchange("question", with: pair.upstream)
                try pair.upstream.exchange("a longer answer", with: pair.client)
                try pair.client.finishWriting()
                #expect(try pair.upstream.receiveEnd() == .end)
                try pair.upstream.finishWriting()
                #expect(try pair.client.receiveEnd() == .end)
                let line = try tunnel.daemon.session()
                #expect(line.time.contains(#/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/#))
                #expect(line.listener == "\(tunnel.daemon.endpoint)")
                #expect(line.client == clientAddress)
                #expect(line.upstream == "\(tunnel.upstream.endpoint)")
                #expect(line.endpoint == "\(tunnel.upstream.endpoint)")
                #expect(line.bytesUp == 8 && line.bytesDown == 15)
                #expect(line.reason == "completed" && !line.retryable)
                #expect(line.attempts == 1)
                #expect(line.clientTls?.peer?.contains("client") == true)
                #expect(line.clientTls?.version == "TLSv1.3")
                #expect(line.clientTls?.cipher.hasPrefix("TLS_") == true)
                #expect(line.upstreamTls?.peer?.contains("localhost") == true)
                let parts = [line.acceptTlsMs, line.connectMs, line.tlsMs].compactMap { $0 }
                #expect(parts.count == 3)
                #expect(parts.allSatisfy { $0 >= 0 && $0 < line.durationMs })
            }
        }

        /// An upstream that is down would fill a disk by itself.
        @Test func repeatedErrorsAreFolded() throws {
            let arguments = [
                "connect", "--plain", "--listen", "127.0.0.1:0", "--to",
                "\(try Listener.closedPort())",
            ]
            try Daemon.with(arguments) { daemon in
                for _ in 0..<200 { _ = try Peer.connect(to: daemon.endpoint).receiveAll() }
                _ = try daemon.sessions(200)
                #expect(daemon.child.errors.count < 20, "\(daemon.child.errors.count) lines")
            }
        }
    }
}

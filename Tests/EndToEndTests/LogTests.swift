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

        /// As logrotate does it: the file gets another name, then SIGUSR1.
        @Test func aRotationUnderTrafficLosesNoLine() throws {
            let folder = try Folder()
            let log = folder.file("access.log")
            let arguments = ["echo", "--listen", "127.0.0.1:0", "--log-access", log]
            let sessions = 300
            try Daemon.with(arguments) { daemon in
                for number in 1...sessions {
                    let client = try Peer.connect(to: daemon.endpoint)
                    try client.finishWriting()
                    #expect(try client.receiveEnd() == .end)
                    if number % 100 == 0 {
                        try FileManager.default.moveItem(atPath: log, toPath: "\(log).\(number)")
                        daemon.child.signal(SIGUSR1)
                        try eventually("a new file") {
                            FileManager.default.fileExists(atPath: log)
                        }
                    }
                }
                #expect(daemon.child.output.isEmpty)
            }
            let names = [log] + [100, 200, 300].map { "\(log).\($0)" }
            let lines = try names.flatMap {
                try String(contentsOfFile: $0, encoding: .utf8).split(separator: "\n")
            }
            #expect(lines.count == sessions)
            let numbers = try lines.map { try SessionLine(String($0)).session }
            #expect(Set(numbers).count == sessions)
        }

        @Test func aFullDiskIsToldAndSessionsGoOn() throws {
            let arguments = ["echo", "--listen", "127.0.0.1:0", "--log-access", "/dev/full"]
            try Daemon.with(arguments) { daemon in
                for _ in 1...20 {
                    let client = try Peer.connect(to: daemon.endpoint)
                    try client.finishWriting()
                    #expect(try client.receiveEnd() == .end)
                }
                try daemon.child.wait(inErrors: true, "what is wrong with the log") { lines in
                    lines.contains { $0.contains("cannot write to /dev/full: no space left") }
                        ? true : nil
                }
            }
        }

        @Test func aLogFileThatCannotBeOpenedIsNamed() throws {
            let text = try Starts.fails(
                Starts.configuration,
                ["echo", "--listen", "127.0.0.1:0", "--log-events", "/nowhere/at-all.log"])
            #expect(text.contains("/nowhere/at-all.log") && text.contains("ENOENT"))
        }
    }
}

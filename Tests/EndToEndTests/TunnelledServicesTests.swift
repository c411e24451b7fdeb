// SPDX-License-Identifier: Apache-2.0
// PostgreSQL and Redis behind a tunnel of two attaches: their own programs notice nothing, and come
// by as few connections as possible.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct TunnelledServices {
        @Test func postgreSQLIsUsedAsIfItWereHere() throws {
            let server = try Postgres()
            try Self.with("unix:\(server.socket)") { near, far in
                let visitor = Postgres.Visitor(near.endpoint)
                #expect(try visitor.ask("select 6 * 7") == "42")
                try Self.copies(8 << 20, visitor)
                let lines = try near.sessions(3)
                #expect(lines[1].bytesUp >= 8 << 20 && lines[2].bytesDown >= 8 << 20)

                try visitor.benchmark(["--initialize", "--quiet", "--scale", "1"])
                let report = try visitor.benchmark(["-n", "-c", "8", "-j", "2", "-T", "2"])
                    .joined(separator: "\n")
                #expect(report.contains("number of failed transactions: 0 "), "\(report)")
                let done = try #require(report.firstMatch(of: #/actually processed: (\d+)/#)?.1)
                #expect(try server.ask("select count(*) from pgbench_history") == "\(done)")
                // pgbench itself begins with a connection of its own; so did the initialisation.
                try Self.sharedOneCarrier(near, far, sessions: 13)
            }
        }

        /// Both ways; what comes back is compared with what was sent.
        static func copies(_ bytes: Int, _ visitor: Postgres.Visitor) throws {
            let folder = try Folder()
            let file = folder.file("rows")
            try Program("bash").lines([
                "-c",
                "openssl enc -aes-128-ctr -K 07 -iv 07 -in /dev/zero 2>/dev/null"
                    + " | base64 -w 1023 | head -c \(bytes) > \(file)",
            ])
            let sent = try visitor.ask(
                "create unlogged table rows (line text)", "\\copy rows from '\(file)'",
                "select count(*) from rows")
            #expect(sent == "\(bytes >> 10)")
            // A difference ends cmp with 1, and psql with it.
            _ = try visitor.ask("\\copy rows to program 'cmp - \(file)'")
        }

        @Test func fiftyClientsOfRedisNeverSeeAnError() throws {
            let folder = try Folder()
            let socket = folder.file("redis")
            let server = try Program("redis-server").start([
                "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder.path,
            ])
            defer { server.destroy() }
            try eventually("redis listens") { (try? Peer.connect(to: .unix(socket))) != nil }
            try Self.with("unix:\(socket)") { near, far in
                let address = ["-h", "127.0.0.1", "-p", "\(near.endpoint.port)"]
                let cli = try Program("redis-cli")
                #expect(try cli.lines(address + ["set", "key", "value"]) == ["OK"])
                #expect(try cli.lines(address + ["get", "key"]) == ["value"])
                let text = try Program("redis-benchmark").lines(
                    address + [
                        "-q", "-c", "50", "-n", "\(max(2000, Scale.of(50_000)))", "-d", "100",
                        "-t", "set,get,lrange_100",
                    ]
                ).joined(separator: "\n")
                for command in ["SET", "GET", "LRANGE_100"] {
                    #expect(text.contains(try Regex("\(command)[^\r\n]*requests per second")))
                }
                #expect(!text.lowercased().contains("error"), "\(text)")
                // Two of redis-cli, and fifty for each command.
                try Self.sharedOneCarrier(near, far, sessions: 152)
            }
        }

        /// Every TLS connection of a far end is the carrier of all sessions of one near worker.
        static func sharedOneCarrier(_ near: Daemon, _ far: Daemon, sessions: Int) throws {
            let here = try near.sessions(sessions)
            let there = try far.sessions(sessions)
            #expect(here.allSatisfy { $0.reason == "completed" })
            #expect(there.allSatisfy { $0.reason == "completed" })
            #expect(Set(here.map(\.carrier)).count == 1)
            #expect(Set(there.map(\.client)).count == 1)
        }

        /// programs → attache connect → attache terminate → the service
        static func with(
            _ service: String, _ body: (Daemon, Daemon) throws -> Void
        ) throws {
            let terminate = try Passage.terminating(at: Endpoint(service))
            try Daemon.with(terminate) { far in
                try Daemon.with(Passage.originating(to: far.endpoint)) { near in
                    try body(near, far)
                }
            }
        }
    }
}

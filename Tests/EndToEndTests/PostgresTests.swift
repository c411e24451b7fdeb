// SPDX-License-Identifier: Apache-2.0
// PostgreSQL on a Unix socket serves clients that never heard of TLS, over mutual TLS:
// psql → connect (plain, TLS) → terminate (TLS, Unix) → PostgreSQL.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct PostgreSQL {
        @Test func aQueryIsAnsweredAndASessionIsOneConnection() throws {
            try Self.with { line in
                #expect(try line.visitor.ask("select 6 * 7") == "42")
                let near = try line.near.session()
                let far = try line.far.session()
                #expect(near.reason == "completed" && near.upstreamTls != nil, "\(near)")
                #expect(far.reason == "completed", "\(far)")
                #expect(far.clientTls?.peer?.contains("client.test") == true)
                #expect(near.bytesUp == far.bytesUp && near.bytesDown == far.bytesDown)
                #expect(near.bytesDown > 0)
            }
        }

        @Test func pgbenchLosesNoTransaction() throws {
            try Self.with { line in
                try line.visitor.benchmark(["--initialize", "--quiet", "--scale", "2"])
                let each = max(10, Scale.of(500))
                let report = try line.visitor.benchmark(
                    ["-n", "-c", "8", "-j", "2", "-t", "\(each)"]
                ).joined(separator: "\n")
                #expect(report.contains("actually processed: \(8 * each)/\(8 * each)"), "\(report)")
                #expect(report.contains("number of failed transactions: 0 "), "\(report)")
                let history = try line.server.ask("select count(*) from pgbench_history")
                #expect(history == "\(8 * each)")
                // pgbench itself begins with a connection of its own; so did the initialisation.
                let lines = try line.near.sessions(10)
                #expect(lines.allSatisfy { $0.reason == "completed" }, "\(lines)")
            }
        }

        /// A gibibyte each way at full scale; what comes back is compared with what was sent.
        @Test func aCopyIsTheSameInBothDirections() throws {
            try Self.with { line in
                let folder = try Folder()
                let rows = Scale.of(1 << 20)
                let bytes = rows << 10
                let file = folder.file("rows")
                // Rows that never repeat, need no escape, and are too short for compression.
                try Program("bash").lines(
                    [
                        "-c",
                        "openssl enc -aes-128-ctr -K 07 -iv 07 -in /dev/zero 2>/dev/null"
                            + " | base64 -w 1023 | head -c \(bytes) > \(file)",
                    ], within: .seconds(60))
                let sent = try line.visitor.ask(
                    "create unlogged table rows (line text)", "\\copy rows from '\(file)'",
                    "select count(*) from rows", within: .seconds(120))
                #expect(sent == "\(rows)")
                // A difference ends cmp with 1, and psql with it.
                _ = try line.visitor.ask(
                    "\\copy rows to program 'cmp - \(file)'", within: .seconds(120))
                let lines = try line.near.sessions(2)
                #expect(lines[0].bytesUp >= bytes)
                #expect(lines[1].bytesDown >= bytes)
                #expect(lines.allSatisfy { $0.reason == "completed" })
            }
        }

        @Test func whatTheServerRefusesIsToldInItsOwnWords() throws {
            try Self.with { line in
                let psql = try line.visitor.start("select 1", database: "nowhere")
                defer { psql.destroy() }
                #expect(try psql.waitForExit() == .code(2))
                #expect(
                    psql.errors.contains { $0.contains("database \"nowhere\" does not exist") },
                    "\(psql.errors)")
                #expect(try line.near.session().reason == "completed")
                #expect(try line.far.session().reason == "completed")
            }
        }

        /// The cancel request is a second connection, whose 16 bytes end without an answer.
        @Test func aQueryIsCancelledFromOutside() throws {
            try Self.with { line in
                let psql = try line.visitor.start("select pg_sleep(600)")
                defer { psql.destroy() }
                let running = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
                try eventually("the query runs") { try line.server.ask(running) == "1" }
                psql.signal(SIGINT)
                #expect(try psql.waitForExit() == .code(1))
                #expect(
                    psql.errors.contains { $0.contains("due to user request") }, "\(psql.errors)")
                #expect(try line.server.ask(running) == "0")
                let lines = try line.near.sessions(2)
                #expect(lines.contains { $0.bytesUp == 16 && $0.bytesDown == 0 }, "\(lines)")
                #expect(lines.allSatisfy { $0.reason == "completed" }, "\(lines)")
            }
        }

        /// No deadline of the beginning outlives the beginning.
        @Test func aConnectionOutlastsAllDeadlinesWhileItSaysNothing() throws {
            let flags = ["--connect", "1s", "--handshake", "1s"]
            try Self.with(flags) { line in
                let answers = try line.visitor.ask(
                    "select pg_backend_pid()", "select pg_sleep(3)", "select pg_backend_pid()")
                let rows = answers.split(separator: "\n")
                #expect(rows.count == 2 && rows.first == rows.last, "\(answers)")
                #expect(try line.near.session().durationMs >= 3000)
            }
        }

        @Test func aServerThatIsDownIsNamedWhereItIsKnown() throws {
            try Self.chain(to: "/nowhere/.s.PGSQL.5432") { visitor, near, far in
                let psql = try visitor.start("select 1")
                defer { psql.destroy() }
                #expect(try psql.waitForExit() == .code(2))
                let line = try far.session()
                #expect(line.reason == "connect-failed", "\(line)")
                #expect(line.message.contains("/nowhere/.s.PGSQL.5432"), "\(line.message)")
                #expect(try near.session().closedBy == "upstream")
            }
        }

        /// The whole line, from the visitors' end to the server.
        struct Line {
            let visitor: Postgres.Visitor
            let near: Daemon
            let far: Daemon
            let server: Postgres
        }

        static func with(_ flags: [String] = [], _ body: (Line) throws -> Void) throws {
            let server = try Postgres()
            try chain(to: server.socket, flags) { visitor, near, far in
                try body(Line(visitor: visitor, near: near, far: far, server: server))
            }
        }

        static func chain(
            to socket: String, _ flags: [String] = [],
            _ body: (Postgres.Visitor, Daemon, Daemon) throws -> Void
        ) throws {
            let terminate =
                try Combination.tlsToPlain.arguments
                + ["--listen", "127.0.0.1:0", "--to", "unix:\(socket)"] + flags
            try Daemon.with(terminate) { far in
                let connect =
                    try Combination.plainToTLS.arguments
                    + ["--listen", "127.0.0.1:0", "--to", "\(far.endpoint)"] + flags
                try Daemon.with(connect) { near in
                    try body(Postgres.Visitor(near.endpoint), near, far)
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL of one test, on a Unix socket and nothing else, and the programs that visit it.

import Foundation

public final class Postgres: Sendable {
    private let folder: Folder
    private let server: Child

    /// Where Debian keeps the programs of a version: only the clients' are in PATH.
    private static func program(_ name: String) throws -> Program {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap(Int.init).max().map(String.init) ?? ""
        return try Program(name, alsoIn: ["\(root)/\(newest)/bin"])
    }

    /// It refuses to run as root. The parent-death signal does not survive the change of user, so
    /// it is asked for again.
    private static var user: [String] {
        guard geteuid() == 0 else { return [] }
        return [
            "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig",
            "KILL",
        ]
    }

    public init() throws {
        folder = try Folder()
        let files = FileManager.default
        if geteuid() == 0 {
            guard let owner = getpwnam("postgres") else {
                throw Failure("no user postgres: apt-get install postgresql")
            }
            chown(folder.path, owner.pointee.pw_uid, owner.pointee.pw_gid)
        }
        let data = folder.file("data")
        try Postgres.program("initdb").lines(
            [
                "--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync",
                "--encoding", "UTF8", "--locale", "C",
            ], through: Postgres.user)
        let settings = [
            "listen_addresses=", "unix_socket_directories=\(folder.path)", "fsync=off",
            "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=4GB",
            // Otherwise the scan of a large table may begin where another one stood, and a COPY
            // comes in another order than it was written.
            "synchronize_seqscans=off",
        ]
        server = try Postgres.program("postgres").start(
            ["-D", data] + settings.flatMap { ["-c", $0] }, through: Postgres.user)
        try server.wait(within: .seconds(30), inErrors: true, "ready") {
            $0.first { $0.contains("ready to accept connections") }
        }
        guard files.fileExists(atPath: socket) else { throw Failure("no socket at \(socket)") }
    }

    deinit {
        // The fast shutdown; a killed one would leave its shared memory behind.
        server.signal(SIGINT)
        _ = try? server.waitForExit()
        server.destroy()
    }

    public var socket: String { folder.file(".s.PGSQL.5432") }
    public var log: [String] { server.errors }

    /// An SQL command by the Unix socket, past everything that a test is about.
    public func ask(_ command: String) throws -> String {
        try Visitor(host: folder.path, port: 5432).ask(command)
    }

    /// A client that speaks plaintext, and does not even ask for TLS.
    public struct Visitor: Sendable {
        let host: String
        let port: UInt16

        public init(_ endpoint: Endpoint) {
            self.init(host: "127.0.0.1", port: endpoint.port)
        }

        init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }

        private static let environment = [
            "env", "PGSSLMODE=disable", "PGGSSENCMODE=disable", "PGCONNECT_TIMEOUT=20",
        ]
        private var address: [String] { ["-h", host, "-p", "\(port)", "-U", "postgres"] }

        /// psql's arguments: no start file, no alignment, rows alone.
        private func words(_ commands: [String], database: String) -> [String] {
            address + ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", database]
                + commands.flatMap { ["-c", $0] }
        }

        /// What a command answers, which must not be an error.
        public func ask(
            _ commands: String..., within limit: Duration = .seconds(30)
        ) throws -> String {
            try Program("psql").lines(
                words(commands, database: "postgres"), through: Visitor.environment, within: limit
            ).joined(separator: "\n")
        }

        /// psql on its own, for a caller that looks at its end.
        public func start(_ commands: String..., database: String = "postgres") throws -> Child {
            try Program("psql").start(
                words(commands, database: database), through: Visitor.environment)
        }

        @discardableResult
        public func benchmark(_ flags: [String]) throws -> [String] {
            try Postgres.program("pgbench").lines(
                address + flags + ["postgres"], through: Visitor.environment, within: .seconds(60))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// A file of settings is explained before anything starts, and served as it says.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct ConfigurationFiles {
        @Test func theExampleIsCheckedAndServedAsItIsPrinted() throws {
            let folder = try Folder()
            let example = try Self.answer(["config", "example"]).joined(separator: "\n") + "\n"
            let file = try folder.write(
                "attache.yaml", example.replacingOccurrences(of: ":5432\n", with: ":0\n"))
            #expect(
                try Self.answer(["check", "-c", file]) == ["\(file): 1 listener, 1 upstream: good"])
            try Self.serve(file) {}
        }

        @Test func bytesGoWhereTheFileSaysWhateverTheWorkingFolder() throws {
            let folder = try Folder()
            try FileManager.default.copyItem(
                atPath: try PKI.certificate("ca"), toPath: folder.file("ca.pem"))
            let file = try folder.write(
                "attache.yaml",
                """
                listeners:
                  out: {bind: unix:out.sock, upstream: inner}
                  in:
                    bind: unix:in.sock
                    upstream: echo
                    tls:
                      certificate: \(try PKI.certificate("server"))
                      key: \(try PKI.key("server"))
                upstreams:
                  inner:
                    endpoints: [unix:in.sock]
                    tls: {ca: ca.pem, server-name: localhost}
                  echo: {endpoints: [unix:echo.sock]}
                admin: {bind: none}
                """)
            let echo = try Daemon(["echo", "--listen", "unix:\(folder.path)/echo.sock"])
            defer { echo.child.destroy() }
            try Self.serve(file) {
                let peer = try Peer.connect(to: .unix(folder.file("out.sock")))
                try peer.send(Array("through both".utf8))
                #expect(try peer.receive(exactly: 12) == Array("through both".utf8))
            }
            try echo.end()
        }

        @Test func aPortThatIsTakenIsNamedWithTheCommandThatShowsByWhom() throws {
            let folder = try Folder()
            let other = try Listener()
            let file = try folder.write(
                "attache.yaml",
                """
                listeners:
                  a: {bind: "\(other.endpoint)", upstream: db}
                upstreams:
                  db: {endpoints: [db:1]}
                admin: {bind: none}
                """)
            let child = try Daemon.start(["run", "-c", file])
            defer { child.destroy() }
            #expect(try child.waitForExit() == .code(1))
            let (place, port) = (other.endpoint.description, other.endpoint.port)
            let message = """
                attache: a: cannot bind \(place): address already in use (EADDRINUSE); the port is \
                taken, by a listener or a connection that is still closing \
                (ss -tanp 'sport = :\(port)' shows which): stop it, wait, or choose another port
                """
            #expect(child.errors.joined(separator: "\n") == message)
        }

        @Test(arguments: ["check", "run"])
        func everyMistakeIsToldAtOnceWithItsPlace(command: String) throws {
            let folder = try Folder()
            let file = try folder.write(
                "attache.yaml",
                """
                listeners:
                  a: {bind: 127.0.0.1:0, upstrem: db}
                upstreams:
                  db: {endpoints: [db]}
                """)
            let child = try Daemon.start([command, "-c", file])
            defer { child.destroy() }
            #expect(try child.waitForExit() == .code(78))
            #expect(
                child.errors.joined(separator: "\n") == """
                    \(file):2:26: listeners.a.upstrem: unknown key
                      Did you mean upstream?
                    \(file):4:20: upstreams.db.endpoints[0]: "db" has no port
                      Write host:port, [v6]:port or unix:/path.
                    \(file): 2 problems
                    """)
            #expect(child.output.isEmpty)
        }

        /// Root reads everything: the check runs as nobody.
        @Test func anUnreadableKeyIsNamedWithItsOwnerAndOurs() throws {
            let folder = try Folder()
            try Starts.openToAll(folder.path)
            let names = [
                ("server.pem", try PKI.certificate("server")), ("app.key", try PKI.key("server")),
                ("attache", Daemon.binary),
            ]
            for (name, path) in names {
                try FileManager.default.copyItem(atPath: path, toPath: folder.file(name))
            }
            for (name, mode) in [("server.pem", 0o644), ("app.key", 0o600)] {
                try FileManager.default.setAttributes(
                    [.posixPermissions: mode], ofItemAtPath: folder.file(name))
            }
            let file = try folder.write(
                "attache.yaml",
                """
                listeners: {a: {bind: 127.0.0.1:0, upstream: orders-db}}
                upstreams:
                  orders-db:
                    endpoints: [db.internal:5432]
                    tls:
                      certificate: server.pem
                      key: app.key
                """)
            let child = try Daemon.start(
                ["check", "-c", file],
                through: [
                    Program("setpriv").path, "--reuid=65534", "--regid=65534", "--clear-groups",
                ], binary: folder.file("attache"))
            defer { child.destroy() }
            #expect(try child.waitForExit() == .code(78))
            #expect(
                child.errors.joined(separator: "\n") == """
                    \(file):7:12: upstreams.orders-db.tls.key: cannot read the key \
                    "\(folder.path)/app.key": permission denied (EACCES)
                      The file is root:root 0600 and attache runs as uid 65534. \
                    Grant uid 65534 read access, or name another file.
                    \(file): 1 problem
                    """)
        }

        /// Until everything is bound, and then to a good end.
        private static func serve(_ file: String, _ body: () throws -> Void) throws {
            let child = try Daemon.start(["run", "-c", file])
            defer { child.destroy() }
            _ = try child.wait(inErrors: true, "listening line") { lines in
                lines.first { $0.contains("listening on") }
            }
            try body()
            child.signal(SIGTERM)
            #expect(try child.waitForExit() == .code(0))
        }

        /// Runs to a good end; hands out what it answered.
        private static func answer(_ arguments: [String]) throws -> [String] {
            let child = try Daemon.start(arguments)
            defer { child.destroy() }
            let exit = try child.waitForExit()
            #expect(exit == .code(0), "\(child.errors)")
            #expect(child.errors.isEmpty)
            return child.output
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Operators ask and order by the admin socket of a running process.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Admin {
        @Test func statusIsATableForPeopleAndJSONForPrograms() throws {
            try Self.with { run, upstream in
                let endpoint = try run.daemon.endpoint("door")
                for _ in 0..<3 { #expect(try Reload.visit(endpoint) == "A") }
                let open = try Self.open(run)
                _ = try run.daemon.sessions(3)

                let (exit, table, errors) = try run.ask("status")
                #expect(exit == .code(0), "\(errors)")
                let text = table.joined(separator: "\n")
                for word in ["door", "\(endpoint)", "service", "\(upstream.listener.endpoint)"] {
                    #expect(text.contains(word), "no \(word) in\n\(text)")
                }

                let status = try run.status()
                #expect(status.state == "serving" && status.generation == 1)
                #expect(status.sessions == 1 && status.lastReload == nil)
                let door = try status.listener("door")
                #expect(door.address == "\(endpoint)")
                #expect(door.open == 1 && door.sessions == 4 && door.failed == 0)
                #expect(door.bytesDown == 4 + 5 && door.bytesUp == 5)
                let place = try #require(status.upstreams.first?.endpoints.first)
                #expect(place.endpoint == "\(upstream.listener.endpoint)")
                #expect(place.dials == 4 && place.failures == 0 && place.lastDial?.ok == true)
                try open.finishWriting()
            }
        }

        @Test func sessionsAreListedAndOneIsClosed() throws {
            try Self.with { run, _ in
                let (first, second) = try (Self.open(run), Self.open(run))
                let address = "127.0.0.1:\(try second.localPort)"
                let table = try run.ask("sessions")
                #expect(table.exit == .code(0), "\(table.errors)")
                let row = try #require(table.output.first { $0.contains(address) })
                #expect(row.contains("door") && row.contains("relaying"), "\(row)")
                let listed = try run.sessions()
                #expect(listed.count == 2)
                let found = try #require(listed.first { $0.client == address })
                #expect(found.listener == "door" && found.bytesUp == 5 && found.generation == 1)
                let number = "\(found.session)"
                #expect(try run.ask("close", number).exit == .code(0))
                #expect(try second.receiveEnd() == .reset)
                let line = try run.daemon.session()
                #expect(line.session == found.session && line.reason == "operator")
                #expect(line.closedBy == "attache")
                // The other one is not touched, and the number is nobody's any more.
                try first.send("still here")
                #expect(try first.receive(text: 10) == "still here")
                let again = try run.ask("close", number)
                #expect(again.exit != .code(0))
                let said = (again.errors + again.output).joined()
                #expect(said.contains(number) && said.contains("(attache sessions lists"))
            }
        }

        @Test func whoDoesNotGetInIsNoSessionOfTheUpstream() throws {
            let file = try """
            listeners:
              door:
                bind: 127.0.0.1:0
                upstream: service
                tls: {certificate: \(PKI.certificate("server")), key: \(PKI.key("server"))}
            upstreams:
              service: {endpoints: [127.0.0.1:1]}
            """
            try ConfiguredDaemon.with(file) { run in
                let client = try run.connect("door")
                try eventually("it is in its handshake") {
                    try run.status().listener("door").open == 1
                }
                #expect(try run.status().upstreams[0].open == 0)
                try client.send("this is no TLS")
                #expect(try run.daemon.session().reason == "handshake-failed")
                let status = try run.status()
                let (door, service) = try (status.listener("door"), status.upstreams[0])
                #expect(door.sessions == 1 && door.failed == 1)
                #expect(service.sessions == 0 && service.failed == 0)
                // From the dial on it is one.
                let next = try run.connect("door", tls: .client(TLSOptions.mutualClient))
                #expect(try run.daemon.sessions(2).last?.reason == "connect-failed")
                let after = try run.status().upstreams[0]
                #expect(after.sessions == 1 && after.failed == 1)
                withExtendedLifetime(next) {}
            }
        }

        @Test func reloadAnswersWithWhatChangedOrWhatIsWrong() throws {
            try Self.with { run, upstream in
                let other = try Reload.letter("B")
                defer { other.stop() }
                try run.write(Reload.file(other.listener.endpoint))
                let good = try run.ask("reload")
                #expect(good.exit == .code(0), "\(good.errors)")
                #expect(good.output.joined().contains("service"), "\(good.output)")
                #expect(try Reload.visit(run.daemon.endpoint("door")) == "B")

                try run.write("listenrs: {}")
                let bad = try run.ask("reload")
                #expect(bad.exit != .code(0))
                let words = (bad.errors + bad.output).joined(separator: "\n")
                #expect(words.contains("listenrs"), "\(words)")
                #expect(try run.status().generation == 2)
                #expect(try Reload.visit(run.daemon.endpoint("door")) == "B")
                let last = try #require(try run.status().lastReload)
                #expect(last.outcome == "failed" && last.generation == 2)
                #expect(last.message?.contains("listenrs") == true)
                let table = try run.ask("status").output.joined(separator: "\n")
                #expect(table.contains("listenrs"), "\(table)")
            }
        }

        @Test func whatOnlyARestartChangesIsToldAsLongAsItIsSo() throws {
            try Self.with { run, upstream in
                let good = Reload.file(upstream.listener.endpoint)
                let workers = try run.status().workers
                let notice =
                    "workers (\(workers) run) and admin will change when attache is restarted"
                try run.folder.write(
                    "attache.yaml", "\(good)\nworkers: \(workers + 1)\nadmin: {bind: none}")
                let answer = try run.ask("reload")
                #expect(answer.exit == .code(0))
                #expect(answer.output.joined().contains(notice), "\(answer.output)")
                try run.write("listenrs: {}")
                #expect(try run.ask("reload").exit == .code(78))
                #expect(try run.status().lastReload?.needsRestart == notice)
                #expect(try run.ask("status").output.contains { $0.contains(notice) })
                // A change and back.
                try run.write(good)
                #expect(try !run.ask("reload").output.joined().contains("restarted"))
                #expect(try run.status().lastReload?.needsRestart == nil)
            }
        }

        /// Standard error may be a pipe that nobody reads; only the log's own thread waits for it.
        @Test func warningsOfAReloadGoWhereTheLogGoes() throws {
            try Self.with { run, upstream in
                let log = run.folder.file("events.log")
                try run.write(
                    Reload.file(upstream.listener.endpoint)
                        + "\n  spare: {endpoints: [127.0.0.1:1]}\nlog: {events: \(log)}")
                #expect(try run.ask("reload").exit == .code(0))
                let warning = #/Z warning control: \S+:\d+:\d+: upstreams\.spare: no listener/#
                try eventually("the warning is in the log") {
                    try String(contentsOfFile: log, encoding: .utf8).contains(warning)
                }
                #expect(!run.child.errors.contains { $0.contains("no listener leads to it") })
            }
        }

        @Test func drainIsOrderedLikeASignal() throws {
            try Self.with { run, _ in
                let client = try Self.open(run)
                #expect(try run.ask("drain").exit == .code(0))
                try run.daemon.waitForDraining()
                try client.send("still here")
                #expect(try client.receive(text: 10) == "still here")
                #expect(throws: (any Error).self) { try run.connect("door") }
                try client.finishWriting()
                #expect(try client.receiveEnd() == .end)
                #expect(try run.child.waitForExit() == .code(0))
            }
        }

        @Test func whereNobodyListensTheCommandSaysSo() throws {
            let folder = try Folder()
            let child = try Daemon.start(["status", "--admin", folder.file("admin.sock")])
            defer { child.destroy() }
            #expect(try child.waitForExit() != .code(0))
            #expect(child.errors.joined().contains(folder.file("admin.sock")))
        }

        @Test func connectHasASocketToo() throws {
            let folder = try Folder()
            let upstream = try Listener()
            let path = folder.file("admin.sock")
            let arguments = Listeners.plain("127.0.0.1:0", upstream) + ["--admin", path]
            try Daemon.with(arguments) { daemon in
                let mode = try FileManager.default.attributesOfItem(atPath: path)
                #expect(mode[.posixPermissions] as? Int == 0o600)
                let child = try Daemon.start(["status", "--admin", path])
                defer { child.destroy() }
                #expect(try child.waitForExit() == .code(0), "\(child.tail)")
                #expect(child.output.joined().contains("\(daemon.endpoint)"))
            }
            #expect(!FileManager.default.fileExists(atPath: path))
        }

        static func open(_ run: ConfiguredDaemon) throws -> Peer {
            let client = try run.connect("door")
            try client.send("hello")
            try demand(try client.receive(text: 6) == "Ahello")
            return client
        }

        static func with(_ body: (ConfiguredDaemon, Service) throws -> Void) throws {
            let upstream = try Reload.letter("A")
            defer { upstream.stop() }
            try ConfiguredDaemon.with(Reload.file(upstream.listener.endpoint)) {
                try body($0, upstream)
            }
        }
    }
}

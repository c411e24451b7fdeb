// SPDX-License-Identifier: Apache-2.0
// What systemd hears of a service with Type=notify: ready, reloading, stopping, alive.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Notify {
        @Test func readyIsSaidWhenClientsMayCome() throws {
            let manager = try NotifySocket()
            let folder = try Folder()
            let upstream = try Listener()
            let child = try Daemon.start(
                Listeners.plain("unix:\(folder.file("in"))", upstream),
                environment: manager.environment)
            defer { child.destroy() }
            #expect(try manager.next()["READY"] == "1")
            let client = try Peer.connect(to: .unix(folder.file("in")))
            try client.exchange("hello", with: upstream.accept())
        }

        @Test func aServiceThatCannotStartIsNeverReady() throws {
            let manager = try NotifySocket()
            let taken = try Listener()
            let child = try Daemon.start(
                Listeners.plain("\(taken.endpoint)", taken), environment: manager.environment)
            defer { child.destroy() }
            #expect(try child.waitForExit() != .code(0))
            #expect(throws: (any Error).self) {
                try manager.next(with: "READY", within: .milliseconds(200))
            }
        }

        @Test func aReloadBeginsAndEndsInSight() throws {
            let manager = try NotifySocket()
            let upstream = try Reload.letter("A")
            defer { upstream.stop() }
            let good = Reload.file(upstream.listener.endpoint)
            try ConfiguredDaemon.with(good, environment: manager.environment) { run in
                #expect(try manager.next()["READY"] == "1")
                // Whether it comes about or not.
                let bad = "listeners: nonsense"
                for text in [good, bad, good] {
                    let before = Self.monotonicMicroseconds()
                    if text == good { try run.reload(text) } else { try run.reloadInVain(text) }
                    let reloading = try manager.next()
                    #expect(reloading["RELOADING"] == "1")
                    let time = try #require(reloading["MONOTONIC_USEC"].flatMap { Int($0) })
                    #expect((before...Self.monotonicMicroseconds()).contains(time))
                    let ready = try manager.next()
                    #expect(ready["READY"] == "1")
                    let status =
                        text == good ? "serving" : "serving generation 2; the last reload failed"
                    #expect(ready["STATUS"] == status)
                }
            }
        }

        @Test func stoppingIsSaidWhileSessionsStillRun() throws {
            let manager = try NotifySocket()
            let upstream = try Listener()
            let arguments = Listeners.plain("127.0.0.1:0", upstream)
            try Daemon.with(arguments, environment: manager.environment) { daemon in
                #expect(try manager.next()["READY"] == "1")
                let client = try Peer.connect(to: daemon.endpoint)
                let visitor = try upstream.accept()
                try client.exchange("before", with: visitor)
                daemon.child.signal(SIGTERM)
                #expect(try manager.next()["STOPPING"] == "1")
                try client.exchange("during", with: visitor)
            }
        }

        /// sd_watchdog_enabled(3) advises half of the interval; a whole one would end the service.
        @Test func theWatchdogHearsFromItInTimeAlsoWhileDraining() throws {
            let manager = try NotifySocket()
            let upstream = try Listener()
            let environment = manager.environment.merging(["WATCHDOG_USEC": "1000000"]) { $1 }
            let arguments = Listeners.plain("127.0.0.1:0", upstream)
            try Daemon.with(arguments, environment: environment) { daemon in
                #expect(try manager.next()["READY"] == "1")
                let first = try Duration.of { _ = try manager.next(with: "WATCHDOG") }
                #expect(first < .milliseconds(900), "it counts from READY on")
                let client = try Peer.connect(to: daemon.endpoint)
                try client.exchange("hello", with: upstream.accept())
                for isDraining in [false, true] {
                    if isDraining { try Drain.drain(daemon, SIGTERM) }
                    _ = try manager.next(with: "WATCHDOG")
                    for _ in 0..<3 {
                        let time = try Duration.of { _ = try manager.next(with: "WATCHDOG") }
                        #expect(time < .seconds(1), "the service would have been killed")
                        #expect(time > .milliseconds(100), "nobody asked for so many")
                    }
                }
            }
        }

        /// A key that never comes: a pipe whose writer says nothing.
        @Test func aReloadThatHangsKeepsNeitherTheWatchdogNorSIGTERMBack() throws {
            let manager = try NotifySocket()
            let upstream = try Reload.letter("A")
            defer { upstream.stop() }
            let good = Reload.file(upstream.listener.endpoint)
            let configuration = try ConfiguredDaemon.Configuration(good)
            let pipe = configuration.folder.file("pipe")
            #expect(mkfifo(pipe, 0o600) == 0)
            let writer = open(pipe, O_RDWR)
            defer { close(writer) }
            let environment = manager.environment.merging(["WATCHDOG_USEC": "600000"]) { $1 }
            try ConfiguredDaemon.with(configuration, environment: environment) { run in
                #expect(try manager.next()["READY"] == "1")
                let certificate = try PKI.certificate("server")
                let later = """
                      later:
                        bind: 127.0.0.1:0
                        upstream: service
                        tls: {certificate: "\(certificate)", key: "\(pipe)"}
                    """
                try run.write(
                    Reload.file(upstream.listener.endpoint, listeners: later))
                run.child.signal(SIGHUP)
                _ = try manager.next(with: "RELOADING")
                for _ in 0..<4 {
                    let time = try Duration.of { _ = try manager.next(with: "WATCHDOG") }
                    #expect(time < .milliseconds(600), "the service would have been killed")
                }
                #expect(try Reload.visit(run.daemon.endpoint("door")) == "A")
                run.child.signal(SIGTERM)
                #expect(try run.child.waitForExit(within: .seconds(3)) == .code(0))
            }
        }

        /// The thread that reads holds everything of the generation before, the sockets too.
        @Test func aReloadThatHangsIsRefusedByADrainAndKeepsNoDoorOpen() throws {
            let manager = try NotifySocket()
            let upstream = try Listener()
            let configuration = try ConfiguredDaemon.Configuration("")
            let (pipe, path) = (configuration.folder.file("pipe"), configuration.folder.file("in"))
            #expect(mkfifo(pipe, 0o600) == 0)
            let writer = open(pipe, O_RDWR)
            defer { close(writer) }
            let local = "  local: {bind: \"unix:\(path)\", upstream: service}"
            let good = Reload.file(upstream.endpoint, listeners: local)
            try configuration.write(good)
            let environment = manager.environment
            try ConfiguredDaemon.with(configuration, environment: environment) { run in
                let client = try run.connect("door")
                let visitor = try upstream.accept()
                try client.exchange("before", with: visitor)
                try run.write(
                    "\(good)\n    tls: {ca: \"\(pipe)\", server-name: localhost}")
                let asking = Background { try run.ask("reload") }
                _ = try manager.next(with: "RELOADING")
                try Drain.drain(run.daemon, SIGTERM)
                let answer = try asking.value()
                #expect(answer.exit == .code(78))
                #expect(answer.errors.joined().contains("draining"), "\(answer.errors)")
                #expect(throws: (any Error).self) { try run.connect("door") }
                #expect(throws: (any Error).self) { try Peer.connect(to: .unix(path)) }
                #expect(!FileManager.default.fileExists(atPath: path))
                try client.exchange("after", with: visitor)
                try client.finishWriting()
                #expect(try visitor.receiveEnd() == .end)
                try visitor.finishWriting()
                #expect(try client.receiveEnd() == .end)
                #expect(try run.child.waitForExit(within: .seconds(3)) == .code(0))
            }
        }

        static func monotonicMicroseconds() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
        }
    }
}

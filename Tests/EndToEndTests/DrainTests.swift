// SPDX-License-Identifier: Apache-2.0
// SIGTERM ends accepting; sessions finish within a deadline; the second signal ends at once.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Drain {
        @Test(arguments: Combination.allCases, [SIGTERM, SIGINT])
        func anOpenSessionFinishesAndNobodyNewComesIn(
            _ combination: Combination, _ signal: Int32
        ) throws {
            try Tunnel.with(combination) { tunnel in
                let pair = try tunnel.open()
                try pair.client.exchange("before", with: pair.upstream)
                try Self.drain(tunnel.daemon, signal)
                try eventually("new connections are refused") {
                    guard let probe = try? Peer.connect(to: tunnel.daemon.endpoint) else {
                        return true
                    }
                    probe.reset()
                    return false
                }
                for _ in 0..<5 { try pair.client.exchange("during", with: pair.upstream) }
                let sending = Background {
                    try pair.upstream.send(RandomStream(seed: 9), bytes: 8 << 20)
                    try pair.upstream.finishWriting()
                }
                let (count, ending) = try pair.client.expectAll(RandomStream(seed: 9))
                try sending.value()
                #expect(count == 8 << 20)
                #expect(ending == .end)
                #expect(tunnel.daemon.child.isRunning)
                try pair.client.finishWriting()
                #expect(try pair.upstream.receiveEnd() == .end)
                #expect(try tunnel.daemon.child.waitForExit(within: .seconds(3)) == .code(0))
                // The probes may have left lines of their own.
                #expect(try tunnel.daemon.sessions.contains { $0.bytesDown == 8 << 20 })
                #expect(try tunnel.daemon.sessions.contains { $0.reason == "completed" })
            }
        }

        @Test(arguments: Combination.allCases)
        func theDrainDeadlineIsToldAsAnAbort(_ combination: Combination) throws {
            try Tunnel.with(combination, flags: ["--drain", "1s"]) { tunnel in
                let pair = try tunnel.open()
                try pair.client.exchange("before", with: pair.upstream)
                let time = try Duration.of {
                    try Self.drain(tunnel.daemon, SIGTERM)
                    try Deadlines.expectAborted(pair)
                    let exit = try tunnel.daemon.child.waitForExit(within: .seconds(5))
                    #expect(exit == .code(0))
                }
                #expect(time >= .milliseconds(950) && time < .seconds(3), "\(time)")
                let line = try tunnel.daemon.session()
                #expect(line.reason == "drain")
                #expect(line.closedBy == "attache")
            }
        }

        @Test func aSecondSignalEndsAtOnce() throws {
            try Tunnel.with(.plainToPlain) { tunnel in
                let pair = try tunnel.open()
                try pair.client.exchange("before", with: pair.upstream)
                try Self.drain(tunnel.daemon, SIGTERM)
                let time = try Duration.of {
                    tunnel.daemon.child.signal(SIGTERM)
                    let exit = try tunnel.daemon.child.waitForExit(within: .seconds(5))
                    #expect(exit == .code(0))
                }
                #expect(time < .seconds(2), "the drain would take 30 s")
                let ending = try pair.client.receiveEnd()
                #expect(ending == .reset)
            }
        }

        /// systemctl stop behind attache drain is a first signal, not a second one.
        @Test func theFirstSignalAfterAttacheDrainCutsNothing() throws {
            let upstream = try Listener()
            try ConfiguredDaemon.with(Reload.file(upstream.endpoint)) { run in
                let client = try run.connect("door")
                let visitor = try upstream.accept()
                try client.exchange("before", with: visitor)
                #expect(try run.ask("drain").exit == .code(0))
                try run.daemon.waitForDraining()
                run.child.signal(SIGTERM)
                try run.child.wait(inErrors: true, "the signal is noted") { lines in
                    lines.first { $0.contains("one more signal ends at once") }
                }
                try client.exchange("after", with: visitor)
                #expect(try run.ask("reload").exit != .code(0))
                run.child.signal(SIGTERM)
                #expect(try run.child.waitForExit(within: .seconds(2)) == .code(0))
                #expect(try client.receiveEnd() == .reset)
            }
        }

        @Test func withoutSessionsItEndsAtOnce() throws {
            try Tunnel.with(.plainToPlain) { tunnel in
                let time = try Duration.of {
                    tunnel.daemon.child.signal(SIGTERM)
                    let exit = try tunnel.daemon.child.waitForExit(within: .seconds(5))
                    #expect(exit == .code(0))
                }
                #expect(time < .seconds(1))
            }
        }

        /// For longer than the three seconds that were promised: until the log has counted down.
        @Test func aSessionMovesBytesLongAfterTheSignalAndTheExitWaitsForItsEnd() throws {
            try Tunnel.with(.tlsToTLS) { tunnel in
                let child = tunnel.daemon.child
                let pair = try tunnel.open()
                try pair.client.exchange("before", with: pair.upstream)
                try Self.drain(tunnel.daemon, SIGTERM)
                let start = ContinuousClock.now
                #expect(throws: (any Error).self) { try Peer.connect(to: tunnel.daemon.endpoint) }
                try eventually(within: .seconds(15), "three seconds, and a countdown") {
                    try pair.client.exchange("up", with: pair.upstream)
                    try pair.upstream.exchange("down", with: pair.client)
                    return ContinuousClock.now - start > .seconds(3)
                        && child.errors.contains {
                            $0.contains(#/draining: 1 session, \d+ s left/#)
                        }
                }
                #expect(child.isRunning)
                try pair.client.finishWriting()
                #expect(try pair.upstream.receiveEnd() == .end)
                #expect(child.isRunning)
                try pair.upstream.finishWriting()
                #expect(try pair.client.receiveEnd() == .end)
                #expect(try child.waitForExit(within: .seconds(3)) == .code(0))
                #expect(try tunnel.daemon.session().reason == "completed")
            }
        }

        @Test func theDrainOfAFileIsTwoSecondsAndThenAnAbort() throws {
            let upstream = try Listener()
            let file = Reload.file(upstream.endpoint) + "\ndrain: 2s"
            try ConfiguredDaemon.with(file) { run in
                let client = try run.connect("door")
                let visitor = try upstream.accept()
                try client.exchange("before", with: visitor)
                let time = try Duration.of {
                    try Self.drain(run.daemon, SIGTERM)
                    #expect(try client.receiveEnd() == .reset)
                    #expect(try visitor.receiveEnd() == .reset)
                }
                #expect(time > .milliseconds(1950) && time < .seconds(4), "\(time)")
                #expect(try run.child.waitForExit(within: .seconds(3)) == .code(0))
                #expect(try run.daemon.session().reason == "drain")
            }
        }

        /// Closing a listening socket resets whoever waits in its backlog: they are accepted first.
        @Test func whoWaitsInTheBacklogAtTheSignalIsServed() throws {
            let upstream = try Reload.letter("A")
            defer { upstream.stop() }
            let arguments = Listeners.plain("127.0.0.1:0", upstream.listener)
            try Daemon.with(arguments + ["--sessions", "1"]) { daemon in
                let first = try Peer.connect(to: daemon.endpoint)
                #expect(try first.receive(text: 1) == "A")
                let waiting = try (0..<20).map { _ in try Peer.connect(to: daemon.endpoint) }
                try eventually("the kernel holds them") {
                    try Backlog(daemon.endpoint).length == 20
                }
                try Self.drain(daemon, SIGTERM)
                for client in waiting {
                    #expect(try client.receive(text: 1) == "A")
                    try client.send("and what I say")
                    #expect(try client.receive(text: 14) == "and what I say")
                }
                for client in [first] + waiting {
                    try client.finishWriting()
                    #expect(try client.receiveEnd() == .end)
                }
                #expect(try daemon.child.waitForExit(within: .seconds(3)) == .code(0))
                #expect(try daemon.sessions(21).allSatisfy { $0.reason == "completed" })
            }
        }

        static func drain(_ daemon: Daemon, _ signal: Int32) throws {
            daemon.child.signal(signal)
            try daemon.waitForDraining()
        }
    }
}

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

        static func drain(_ daemon: Daemon, _ signal: Int32) throws {
            daemon.child.signal(signal)
            try daemon.waitForDraining()
        }
    }
}

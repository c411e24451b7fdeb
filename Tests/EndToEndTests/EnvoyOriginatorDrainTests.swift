// SPDX-License-Identifier: Apache-2.0
// attache terminate --accept drains: Envoy is told at once, keeps its tunnels, and goes elsewhere
// with new ones.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct EnvoyOriginatorDrain {
        @Test func tunnelsFinishAndNewOnesGoElsewhere() throws {
            try Self.with { leaving, staying, targets, envoy in
                // It goes to both in turn, and begins with either.
                let both = try (0..<2).map { _ in try Self.open(envoy, targets) }
                let mine = try #require(both.first { $0.target == 0 }?.pair)
                let other = try #require(both.first { $0.target == 1 }?.pair)
                leaving.child.signal(SIGTERM)
                try leaving.waitForDraining()
                // Nothing moves on that connection: the news comes by itself.
                try eventually("Envoy has got a GOAWAY") {
                    try envoy.statistic("cluster.tunnel.upstream_cx_close_notify") == 1
                }
                let later = try (0..<4).map { _ in try Self.open(envoy, targets) }
                #expect(later.allSatisfy { $0.target == 1 }, "\(later.map(\.target))")
                try Passage.isAlive(mine)
                #expect(leaving.child.isRunning)
                try Passage.exchange(mine, bytes: 1 << 20)
                #expect(try leaving.child.waitForExit(within: .seconds(3)) == .code(0))
                for pair in [other] + later.map(\.pair) { try Passage.end(pair) }
                #expect(try leaving.session().reason == "completed")
                let lines = try staying.sessions(5)
                #expect(lines.allSatisfy { $0.reason == "completed" }, "\(lines)")
            }
        }

        /// A carrier without sessions is no reason to stay.
        @Test func withoutSessionsItEndsAtOnceThoughEnvoyIsConnected() throws {
            try EnvoyOriginator.with { passage, envoy in
                try Passage.end(passage.open())
                #expect(try envoy.statistic("cluster.tunnel.upstream_cx_active") == 1)
                let time = try Duration.of {
                    passage.daemon.child.signal(SIGTERM)
                    let exit = try passage.daemon.child.waitForExit(within: .seconds(5))
                    #expect(exit == .code(0))
                }
                #expect(time < .seconds(2), "\(time)")
                #expect(try envoy.statistic("cluster.tunnel.upstream_cx_close_notify") == 1)
            }
        }

        @Test func theDrainsDeadlineIsAnAbort() throws {
            let target = try Listener()
            let flags = try Passage.terminating(at: target.endpoint, flags: ["--drain", "500ms"])
            try Daemon.with(flags) { daemon in
                try Envoy.originating(
                    to: [daemon.endpoint], authority: Passage.authority
                ) { envoy in
                    let passage = Passage(entry: envoy.endpoint, target: target, daemon: daemon)
                    let pair = try passage.open()
                    daemon.child.signal(SIGTERM)
                    #expect(try pair.upstream.receiveEnd() == .reset)
                    _ = try pair.client.receiveEnd()
                    #expect(try daemon.child.waitForExit(within: .seconds(3)) == .code(0))
                    #expect(try envoy.statistic("cluster.tunnel.upstream_rq_rx_reset") == 1)
                    let line = try daemon.session()
                    #expect(line.reason == "drain" && line.closedBy == "attache", "\(line)")
                }
            }
        }

        /// A session with whichever target it got to.
        static func open(
            _ envoy: Envoy, _ targets: [Listener]
        ) throws -> (pair: Tunnel.Pair, target: Int) {
            let client = try Peer.connect(to: envoy.endpoint)
            let index = try eventually(find: "a visitor") {
                targets.firstIndex(where: \.hasVisitor)
            }
            let pair = Tunnel.Pair(client: client, upstream: try targets[index].accept())
            try Passage.isAlive(pair)
            return (pair, index)
        }

        /// Two of attache, each with a target of its own, and an Envoy that goes to both.
        static func with(_ body: (Daemon, Daemon, [Listener], Envoy) throws -> Void) throws {
            let targets = [try Listener(), try Listener()]
            let flags = try targets.map { try Passage.terminating(at: $0.endpoint) }
            try Daemon.with(flags[0]) { one in
                try Daemon.with(flags[1]) { other in
                    try Envoy.originating(
                        to: [one.endpoint, other.endpoint], authority: Passage.authority,
                        attempts: 4
                    ) { try body(one, other, targets, $0) }
                }
            }
        }
    }
}

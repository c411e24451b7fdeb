// SPDX-License-Identifier: Apache-2.0
// A connection whose far end has frozen is found out by asking, and its sessions are told.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct TunnelLoss {
        static let flags = [
            "--keepalive", "300ms", "--keepalive-timeout", "500ms", "--handshake", "3s",
        ]

        @Test func aFrozenEndIsFoundAndItsSessionsAreToldAndNewOnesGoElsewhere() throws {
            try Fork.with(flags: Self.flags) { fork in
                let first = try (0..<6).map { _ in try fork.open() }
                let frozen = first[0].place
                let far = fork.fars[frozen]
                let (victims, others) = (
                    first.filter { $0.place == frozen }, first.filter { $0.place != frozen }
                )
                for one in first { try one.pair.exchange("still there") }

                far.child.signal(SIGSTOP)
                defer { far.child.signal(SIGCONT) }
                let time = try Duration.of {
                    for one in victims {
                        let ending = try one.pair.client.receiveEnd()
                        #expect(ending == .reset)
                    }
                }
                #expect(time >= .milliseconds(600), "\(time): too early to know")
                #expect(time <= .seconds(2), "\(time)")
                for line in try fork.near.sessions(victims.count) {
                    #expect(line.reason == "carrier-lost")
                    #expect(line.phase == "relaying")
                    #expect(line.closedBy == "upstream")
                    #expect(line.endpoint == "\(far.endpoint)")
                }
                for one in others { try one.pair.exchange("nothing happened") }
                // Enough for every worker to meet either endpoint in its turn, also one that had no
                // connection to the frozen one and has to be told.
                let later = try (0..<12).map { _ in try fork.open(within: .seconds(1)) }
                #expect(later.allSatisfy { $0.place != frozen })

                far.child.signal(SIGCONT)
                for one in victims { #expect(try one.pair.upstream.receiveEnd() == .reset) }
                for line in try far.sessions(victims.count) {
                    #expect(line.reason == "carrier-lost")
                }
                for one in others + later { try one.pair.exchange("nor now") }
                try fork.open().pair.finish()
                for one in others + later { try one.pair.finish() }
                let lines = try fork.near.sessions(first.count + later.count + 1)
                #expect(lines.count { $0.reason != "completed" } == victims.count)
            }
        }

        /// Silence is no loss: an idle peer that answers keeps its connection.
        @Test func aQuietEndThatAnswersIsKept() throws {
            try Tunnel.with(.plainToTunnel, flags: Self.flags, forwarded: true) { tunnel in
                let forwarder = try #require(tunnel.forwarder)
                let pair = try tunnel.open()
                try pair.exchange("before")
                let before = forwarder.bytes(.down)
                var answers = 0
                var last = before
                // Longer than both deadlines together, by the answers that came meanwhile.
                try eventually("four answers to PING") {
                    let now = forwarder.bytes(.down)
                    if now > last { answers += 1 }
                    last = now
                    return answers >= 4
                }
                try pair.exchange("after")
                try pair.finish()
                #expect(try tunnel.daemon.session().reason == "completed")
                #expect(forwarder.connections == 1)
            }
        }
    }
}

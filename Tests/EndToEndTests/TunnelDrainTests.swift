// SPDX-License-Identifier: Apache-2.0
// The far end of a tunnel is stopped: what runs there runs on, what is new goes elsewhere, and it
// exits with its last session.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct TunnelDrain {
        @Test func sessionsRunOnAndNewOnesGoElsewhereUntilTheLastHasEnded() throws {
            try Fork.with { fork in
                let first = try (0..<6).map { _ in try fork.open() }
                let place = first[0].place
                let far = fork.fars[place]
                let (residents, others) = (
                    first.filter { $0.place == place }, first.filter { $0.place != place }
                )
                try Drain.drain(far, SIGTERM)
                var later: [Fork.Arrival] = []
                // A client that is quicker than the GOAWAY is served like those before it.
                try eventually(within: .seconds(1), "new ones go elsewhere") {
                    later.append(try fork.open(within: .seconds(1)))
                    return later.last?.place != place
                }
                let elsewhere = try (0..<10).map { _ in try fork.open(within: .seconds(1)) }
                #expect(elsewhere.allSatisfy { $0.place != place })

                for one in residents { try one.pair.exchange("during") }
                let bulk = residents[0].pair
                let sending = Background {
                    try bulk.upstream.send(RandomStream(seed: 9), bytes: 8 << 20)
                    try bulk.upstream.finishWriting()
                }
                let (count, ending) = try bulk.client.expectAll(RandomStream(seed: 9))
                try sending.value()
                #expect(count == 8 << 20)
                #expect(ending == .end)
                #expect(far.child.isRunning)
                try bulk.client.finishWriting()
                #expect(try bulk.upstream.receiveEnd() == .end)
                let staying = others + later + elsewhere
                for one in residents.dropFirst() + later.filter({ $0.place == place }) {
                    #expect(far.child.isRunning, "before its last session has ended")
                    try one.pair.finish()
                }
                #expect(try far.child.waitForExit(within: .seconds(3)) == .code(0))

                for one in staying where one.place != place { try one.pair.exchange("after") }
                for one in staying where one.place != place { try one.pair.finish() }
                let total = first.count + later.count + elsewhere.count
                let lines = try fork.near.sessions(total)
                #expect(lines.count == total)
                #expect(lines.allSatisfy { $0.reason == "completed" })
            }
        }

        /// Of those that hang on, too: the deadline of the far end is told through the tunnel.
        @Test func theDrainDeadlineOfTheFarEndIsToldToItsClients() throws {
            try Tunnel.with(.plainToTunnel, farFlags: ["--drain", "300ms"]) { tunnel in
                let far = try #require(tunnel.far)
                let pair = try tunnel.open()
                try pair.exchange("before")
                try Drain.drain(far, SIGTERM)
                #expect(try pair.client.receiveEnd() == .reset)
                #expect(try pair.upstream.receiveEnd() == .reset)
                #expect(try far.child.waitForExit(within: .seconds(3)) == .code(0))
                #expect(try far.session().reason == "drain")
                let line = try tunnel.daemon.session()
                #expect(line.reason == "upstream-reset" || line.reason == "carrier-lost")
                #expect(line.closedBy == "upstream")
            }
        }
    }
}

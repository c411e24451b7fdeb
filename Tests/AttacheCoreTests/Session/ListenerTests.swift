// SPDX-License-Identifier: Apache-2.0
// Promises of a listener that closes: whoever waits is taken, and a flood is not.

import CLinux
import Testing

@testable import AttacheCore

struct ListenerTests {
    /// A listener that refuses everybody, of whom it takes so many at its close; how many it took.
    private func taken(of clients: Int, most: Int?) throws -> UInt64 {
        var door = ListenerSettings(
            name: "in", bind: try Bind(parsing: "127.0.0.1:0"), upstream: "out")
        door.sources = SourcePolicy(deny: [try CIDR(parsing: "127.0.0.0/8")])
        let generation = try Generation(
            Settings(
                listeners: [door],
                upstreams: [UpstreamSettings(name: "out", destination: .local(.echo))],
                workers: 1))
        var silent = LogSettings()
        (silent.access, silent.events) = (.none, .none)
        let worker = try Worker(
            index: 0, generation: generation, resolver: Resolver(),
            placement: Placement(workers: 1, limit: 1), pipes: 0, log: Log(silent),
            tally: Tally())
        let listener = Listener(try #require(generation.doors.first), worker: worker)
        listener.begin()
        let address = try #require(listener.socket?.address)
        let waiting = (0..<clients).map { _ in Socket.connect(to: address) }
        if let most { listener.close(takingAtMost: most) } else { listener.close() }
        #expect(listener.socket == nil)
        withExtendedLifetime(waiting) {}
        return generation.entrances[0].tally.sums.refused
    }

    @Test func whoWaitsIsTaken() throws {
        #expect(try taken(of: 20, most: nil) == 20)
    }

    @Test(arguments: [0, 1, 7, 8])
    func howManyAreTakenIsBounded(most: Int) throws {
        #expect(try taken(of: 8, most: most) == UInt64(most))
    }

    @Test func theBoundIsAboveWhatABacklogHolds() {
        #expect(Limits.acceptsAtCloseMax > Int(Limits.backlog))
    }
}

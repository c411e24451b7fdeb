// SPDX-License-Identifier: Apache-2.0
// Promises of Placement: sessions spread evenly, whoever accepts, and never more than there may be.

import Testing

@testable import AttacheCore

struct PlacementTests {
    private func spread(_ chosen: [Int], over workers: Int) -> [Int] {
        (0..<workers).map { worker in chosen.count { $0 == worker } }
    }

    /// As a listener does it: room first, then a place.
    private func taken(_ placement: Placement, _ worker: Int) -> Int? {
        placement.reserve() ? placement.place(preferring: worker) : nil
    }

    @Test func aLoneWorkerGetsEverything() {
        let placement = Placement(workers: 1, limit: 10)
        #expect((0..<3).map { _ in taken(placement, 0) } == [0, 0, 0])
        #expect(placement.sessions == 3)
    }

    @Test(arguments: [2, 3, 8])
    func sessionsSpreadEvenlyEvenIfOneWorkerAcceptsThemAll(workers: Int) {
        let placement = Placement(workers: workers, limit: .max)
        let chosen = (0..<workers * 5).map { _ in placement.place(preferring: workers - 1) }
        #expect(spread(chosen, over: workers) == Array(repeating: 5, count: workers))
        #expect(chosen.first == workers - 1)
    }

    @Test func whoeverAcceptedKeepsTheSessionUnlessItHasMore() {
        let placement = Placement(workers: 3, limit: 100)
        #expect(placement.place(preferring: 1) == 1)
        #expect(placement.place(preferring: 1) == 0)
        #expect(placement.place(preferring: 2) == 2)
        // All are equal again.
        #expect(placement.place(preferring: 2) == 2)
        placement.leave(0)
        #expect(placement.place(preferring: 2) == 0)
        #expect(placement.place(preferring: 1) == 1)
    }

    @Test func whoeverLeavesMakesRoom() {
        let placement = Placement(workers: 2, limit: 2)
        #expect(placement.reserve())
        _ = placement.place(preferring: 0)
        #expect(placement.reserve())
        let last = placement.place(preferring: 0)
        #expect(!placement.reserve())
        placement.leave(last)
        #expect(placement.sessions == 1)
        #expect(placement.reserve())
        #expect(placement.place(preferring: last) == last)
        #expect(!placement.reserve())
    }

    @Test func aPlaceThatNobodyTookIsGivenUp() {
        let placement = Placement(workers: 1, limit: 1)
        #expect(placement.reserve())
        #expect(!placement.reserve())
        placement.giveUp()
        #expect(placement.reserve())
    }

    @Test func theDrainTakesWhoWaitsBeyondTheLimit() {
        let placement = Placement(workers: 1, limit: 0)
        #expect(!placement.reserve())
        placement.reserveBeyondLimit()
        #expect(placement.sessions == 1)
        #expect(placement.isDrained == false)
        placement.workerDrained()
        #expect(placement.isClosed && !placement.isDrained)
        _ = placement.place(preferring: 0)
        placement.leave(0)
        #expect(placement.isDrained)
    }

    @Test func threadsThatPlaceAtOnceSpreadExactly() throws {
        let (workers, each) = (4, 10_000)
        let placement = Placement(workers: workers, limit: .max)
        let chosen = Monitor<[Int]>(Array(repeating: 0, count: workers))
        var threads: [Thread] = []
        for worker in 0..<workers {
            threads.append(
                try Thread.spawn(name: "placer") {
                    var mine = Array(repeating: 0, count: workers)
                    // Some accept all the time, some hardly ever.
                    for _ in 0..<each * worker where placement.reserve() {
                        mine[placement.place(preferring: worker)] += 1
                    }
                    let counts = mine
                    chosen.withLock { all in
                        for index in all.indices { all[index] += counts[index] }
                    }
                })
        }
        for thread in threads { thread.join() }
        let counts = chosen.withLock { $0 }
        #expect(counts == Array(repeating: each * 6 / workers, count: workers))
        #expect(placement.sessions == each * 6)
        for worker in 0..<workers { for _ in 0..<counts[worker] { placement.leave(worker) } }
        #expect(placement.sessions == 0)
    }
}

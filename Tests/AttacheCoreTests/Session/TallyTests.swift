// SPDX-License-Identifier: Apache-2.0
// Promises of the tallies and of the census: caps hold, sums are right, the oldest are told.

import Testing

@testable import AttacheCore

struct TallyTests {
    private func record(
        reason: String = "completed", up: UInt64 = 0, down: UInt64 = 0, resumed: Bool? = nil
    ) -> SessionRecord {
        var record = SessionLineTests.record()
        record.reason = reason
        record.bytesUp = up
        record.bytesDown = down
        record.clientTLS = resumed.map {
            SessionRecord.TLS(version: "TLSv1.3", cipher: "x", resumed: $0, alpn: nil, peer: nil)
        }
        record.upstreamTLS = nil
        return record
    }

    @Test func aListenerTakesAsManyAsItsLimitAndOneMoreWhenOneHasLeft() {
        let tally = ListenerTally()
        #expect([true, true, false] == (0..<3).map { _ in tally.reserve(limit: 2) })
        tally.leave()
        #expect(tally.reserve(limit: 2))
        #expect(!tally.reserve(limit: 2))
        // A reload may have lowered the limit below what is open, or taken it away.
        #expect(!tally.reserve(limit: 1))
        #expect(tally.reserve(limit: nil))
    }

    @Test func endedSessionsAreSummedBySide() {
        let listener = ListenerTally()
        let upstream = UpstreamTally()
        for one in [
            record(up: 1, down: 10, resumed: false), record(up: 2, down: 20, resumed: true),
            record(reason: "client-reset", up: 4),
        ] {
            listener.count(one)
            upstream.count(one)
        }
        listener.refuse()
        var sums = TrafficStatus()
        sums.sessions = 3
        sums.failed = 1
        sums.bytesUp = 7
        sums.bytesDown = 30
        #expect(upstream.ended == sums)
        sums.handshakes = 2
        sums.resumed = 1
        #expect(listener.sums.ended == sums)
        #expect(listener.sums.refused == 1)
    }

    @Test func endpointsTakeTurns() {
        let tally = UpstreamTally()
        #expect((0..<7).map { _ in tally.nextTurn(of: 3) } == [0, 1, 2, 0, 1, 2, 0])
        // Fewer of them after a reload.
        #expect((0..<3).map { _ in tally.nextTurn(of: 2) }.allSatisfy { $0 < 2 })
    }

    @Test func theLastDialOfEachEndpointIsTold() {
        let tally = UpstreamTally()
        let (a, b) = (Address.name("a", port: 1), Address.name("b", port: 1))
        let failed = DialStatus(atNanoseconds: 1, failure: "refused", address: "10.0.0.1:1")
        let ready = DialStatus(atNanoseconds: 2, failure: nil, address: "10.0.0.1:1")
        tally.dialled(a, failed)
        tally.dialled(a, ready)
        tally.dialled(b, failed)
        #expect(tally.status(of: a).dials == 2)
        #expect(tally.status(of: a).failures == 1)
        #expect(tally.status(of: a).lastDial == ready)
        #expect(tally.status(of: b).lastDial == failed)
        tally.keep([b])
        #expect(tally.status(of: a).dials == 0)
        #expect(tally.status(of: b).dials == 1)
    }

    private func session(_ id: UInt64, age: UInt64) -> SessionStatus {
        SessionStatus(
            session: id, worker: 0, listener: "in", upstream: "out", client: "c",
            phase: "relaying", ageNanoseconds: age, idleNanoseconds: 0, bytesUp: 1, bytesDown: 2,
            generation: 1)
    }

    @Test(arguments: [0, 1, 3, 10, 100])
    func theCensusTellsTheOldestAndSumsAll(limit: Int) {
        let census = Census(limit: limit, workers: 1)
        // 37 and 101 have no common divisor: every age once, in no order.
        for step in 0..<UInt64(101) {
            let age = step * 37 % 101
            census.add(
                listener: age % 2 == 0 ? "even" : "odd", upstream: "out", bytesUp: 1,
                bytesDown: 2, age: age
            ) { session(age + 1, age: age) }
        }
        let expected = (0..<101).reversed().prefix(limit).map(UInt64.init)
        #expect(census.oldest.map(\.ageNanoseconds) == expected)
        #expect(census.listener("even").open == 51)
        #expect(census.listener("odd").bytesDown == 100)
        #expect(census.upstream("out").bytesUp == 101)
        #expect(census.upstream("other").open == 0)
    }

    @Test func aCountdownEndsWithTheLastOfThem() {
        let countdown = Countdown(2)
        countdown.one()
        #expect(!countdown.isDone)
        #expect(!countdown.wait(until: Clock.now()))
        countdown.one()
        #expect(countdown.wait(until: 0))
        #expect(Countdown(0).wait(until: 0))
    }
}

// SPDX-License-Identifier: Apache-2.0
// The echo, the sink and the source, each between a client's appetite and its end.

import Testing

@testable import AttacheCore

struct LocalServiceTests {
    @Test func anEchoHoldsLittleForAClientThatDoesNotRead() {
        let rig = LocalRig(.echo, client: FakeSide(appetite: 0))
        let bytes = pattern(1 << 20)
        rig.send(bytes)
        #expect(rig.relay.bytesUp == 64 * 1024)
        rig.take(100_000)
        #expect(rig.relay.bytesUp <= 100_000 + 128 * 1024)
        rig.take(.max)
        #expect(difference(rig.client.got, bytes) == nil)
        #expect(rig.finish() == "done")
    }

    @Test func aSinkTakesEverythingAndEndsWithItsClient() {
        let rig = LocalRig(.discard)
        rig.send(pattern(1 << 20))
        rig.send(request(WorkOrder(up: 40, down: 9)))
        #expect(rig.relay.bytesUp == 1 << 20 + 40)
        #expect(rig.finish() == "done")
        #expect(rig.client.got.isEmpty && rig.client.finishes == 1)
    }

    @Test func aSinkThatIsToldNothingEndsToo() {
        #expect(LocalRig(.discard).finish() == "done")
    }

    @Test func aSourceGivesAsMuchAsIsTakenAndIgnoresTheRest() {
        let rig = LocalRig(.source, client: FakeSide(appetite: 0))
        rig.send(pattern(100_000))
        #expect(rig.relay.bytesUp == 100_000 && rig.client.got.isEmpty)
        for taken in [1, 16_384, 1_000_000] {
            let before = rig.client.got.count
            rig.take(taken)
            #expect(rig.client.got.count == before + taken)
        }
        // It has only ended its direction.
        #expect(rig.finish() == "waiting")
        rig.take(1000)
        #expect(rig.relay.bytesDown == 1_017_385)
        #expect(rig.hear(rig.client.die()) == "abort upstream: reset")
    }

    /// Its bytes may not stand in the way of other sessions.
    @Test func aSourceGivesUpItsTurn() {
        let rig = LocalRig(.source)
        #expect(rig.hear([], turns: 3) == "used up")
        #expect(rig.turns == 3)
    }
}

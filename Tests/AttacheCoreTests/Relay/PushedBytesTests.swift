// SPDX-License-Identifier: Apache-2.0
// Promises of the relay to sides that push (streams of a carrier): parking, order, window given
// back.

import Testing

@testable import AttacheCore

struct PushedBytesTests {
    @Test(arguments: [0, 1, 65_536])
    func pushedBytesReachASinkWithRoomAtOnce(count: Int) {
        let rig = RelayRig()
        rig.push(pattern(count), from: .client)
        #expect(difference(rig.upstream.got, pattern(count)) == nil)
        #expect(rig.client.givenBack == count)
    }

    @Test func whatASinkDoesNotTakeIsParkedAndLeavesInOrderBeforeTheEnd() {
        let rig = RelayRig(FakeSide(), FakeSide(appetite: 3))
        for start in stride(from: 0, to: 50, by: 5) {
            rig.push(pattern(5, from: start), from: .client)
        }
        rig.hear(rig.client.end(.clean), from: .client)
        #expect(rig.upstream.got == pattern(3))
        #expect(rig.settle() == "waiting")
        #expect(rig.upstream.finishes == 0)
        rig.hear(rig.upstream.hunger(46), from: .upstream)
        #expect(rig.settle() == "waiting")
        #expect(rig.upstream.got == pattern(49))
        #expect(rig.upstream.finishes == 0)
        rig.hear(rig.upstream.hunger(2), from: .upstream)
        #expect(rig.settle() == "waiting")
        #expect(rig.upstream.got == pattern(50))
        #expect(rig.upstream.finishes == 1)
        #expect(rig.client.givenBack == 50)
    }

    @Test func bytesThatComeWhileTheUpstreamIsDialledWait() {
        let rig = RelayRig()
        rig.push(pattern(10), from: .client, connected: false)
        rig.push(pattern(10, from: 10), from: .client, connected: false)
        #expect(rig.upstream.got.isEmpty)
        #expect(rig.client.givenBack == 0)
        #expect(rig.settle() == "waiting")
        #expect(rig.upstream.got == pattern(20))
        #expect(rig.client.givenBack == 20)
    }

    @Test func windowIsGivenBackAsTheSinkTakes() {
        let rig = RelayRig(FakeSide(), FakeSide(appetite: 4))
        rig.push(pattern(10), from: .client)
        #expect(rig.client.givenBack == 4)
        rig.hear(rig.upstream.hunger(1), from: .upstream)
        _ = rig.settle()
        #expect(rig.client.givenBack == 5)
        rig.hear(rig.upstream.hunger(.max), from: .upstream)
        _ = rig.settle()
        #expect(rig.client.givenBack == 10)
    }

    /// A window that is not given back is lost to the stream, and to its carrier's other streams.
    @Test(arguments: [false, true])
    func aDeadSinkGivesEveryByteOfTheWindowBackOnce(someAreParked: Bool) {
        let rig = RelayRig(FakeSide(), FakeSide(appetite: someAreParked ? 3 : .max))
        rig.push(pattern(10), from: .client)
        _ = rig.upstream.die()
        // Offered, and found to be dead; whatever was parked with it.
        rig.hear(.takes, from: .upstream)
        _ = rig.turn()
        rig.push(pattern(10, from: 10), from: .client)
        rig.push(pattern(10, from: 20), from: .client)
        #expect(rig.client.givenBack == 30)
    }

    @Test func bytesPulledForASinkThatDiesAreGivenBackOnce() {
        let rig = RelayRig(FakeSide(gives: pattern(10)))
        _ = rig.upstream.die()
        _ = rig.settle()
        #expect(rig.client.givenBack == 10)
    }

    @Test func aSinkThatWasToldToWaitIsNotOfferedUntilItHasRoom() {
        let rig = RelayRig(FakeSide(), FakeSide(appetite: 0))
        rig.push(pattern(10), from: .client)
        #expect(rig.settle() == "waiting")
        #expect(rig.upstream.got.isEmpty)
        rig.hear(rig.upstream.hunger(.max), from: .upstream)
        #expect(rig.settle() == "waiting")
        #expect(rig.upstream.got == pattern(10))
    }
}

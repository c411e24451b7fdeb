// SPDX-License-Identifier: Apache-2.0
// Promises of Relay about ends: each direction on its own, nothing lost before them, nobody left
// untold.

import Testing

@testable import AttacheCore

struct EndingTests {
    static let parties: [Relay.Party] = [.client, .upstream]

    private static func other(_ party: Relay.Party) -> Relay.Party {
        party == .client ? .upstream : .client
    }

    private func side(_ rig: RelayRig, _ party: Relay.Party) -> FakeSide {
        party == .client ? rig.client : rig.upstream
    }

    @Test(arguments: parties)
    func theFirstEndIsAHalfCloseAndTheSecondTheEnd(first: Relay.Party) {
        let rig = RelayRig()
        #expect(rig.settle() == "waiting")
        rig.hear(side(rig, first).end(.clean), from: first)
        #expect(rig.settle() == "waiting")
        #expect(rig.relay.isHalfClosed)
        #expect(side(rig, Self.other(first)).finishes == 1)
        #expect(side(rig, first).finishes == 0)
        // The other direction goes on.
        rig.hear(side(rig, Self.other(first)).feed(pattern(100)), from: Self.other(first))
        #expect(rig.settle() == "waiting")
        #expect(side(rig, first).got == pattern(100))
        rig.hear(side(rig, Self.other(first)).end(.clean), from: Self.other(first))
        #expect(rig.settle() == "done")
        #expect(side(rig, first).finishes == 1)
        #expect(!rig.relay.isHalfClosed)
    }

    @Test func bothMayEndInOneTurn() {
        let rig = RelayRig(
            FakeSide(gives: pattern(5), then: .clean), FakeSide(gives: pattern(9), then: .clean))
        #expect(rig.settle() == "done")
        #expect(rig.upstream.got == pattern(5))
        #expect(rig.client.got == pattern(9))
        #expect(rig.relay.bytesUp == 5)
        #expect(rig.relay.bytesDown == 9)
    }

    @Test(arguments: parties)
    func anEndThatTheSinkCannotTellYetIsToldLater(first: Relay.Party) {
        let rig = RelayRig()
        _ = rig.settle()
        side(rig, Self.other(first)).canFinish = false
        rig.hear(side(rig, first).end(.clean), from: first)
        #expect(rig.settle() == "waiting")
        #expect(!rig.relay.isHalfClosed)
        side(rig, Self.other(first)).canFinish = true
        rig.hear(side(rig, Self.other(first)).hunger(0), from: Self.other(first))
        #expect(rig.settle() == "waiting")
        #expect(rig.relay.isHalfClosed)
    }

    @Test(arguments: parties, [Ending.truncated, .reset])
    func aBadEndIsAnAbortAfterWhatCameBeforeIt(culprit: Relay.Party, how: Ending) {
        let rig = RelayRig()
        _ = rig.settle()
        let victim = side(rig, Self.other(culprit))
        victim.appetite = 0
        rig.push(pattern(30), from: culprit)
        rig.hear(side(rig, culprit).end(how), from: culprit)
        #expect(rig.settle() == "waiting")
        rig.hear(victim.hunger(29), from: Self.other(culprit))
        #expect(rig.settle() == "waiting")
        rig.hear(victim.hunger(2), from: Self.other(culprit))
        #expect(rig.settle() == "abort \(Self.other(culprit)): \(how)")
        #expect(victim.got == pattern(30))
        #expect(victim.finishes == 0)
    }

    @Test(arguments: parties)
    func aSinkThatDiesIsReadToItsEndAndTells(dead: Relay.Party) {
        let rig = RelayRig()
        _ = rig.settle()
        let survivor = side(rig, Self.other(dead))
        survivor.appetite = 0
        _ = side(rig, dead).feed(pattern(50))
        _ = side(rig, dead).die()
        // Only its source has news: the write is what finds out.
        rig.hear(survivor.feed(pattern(10)), from: Self.other(dead))
        #expect(rig.settle() == "waiting")
        rig.hear(survivor.hunger(49), from: Self.other(dead))
        #expect(rig.settle() == "waiting")
        rig.hear(survivor.hunger(2), from: Self.other(dead))
        #expect(rig.settle() == "abort \(Self.other(dead)): reset")
        #expect(survivor.got == pattern(50))
    }

    @Test(arguments: parties)
    func whoEndedWellAndAbortsLaterAbortsTheOther(culprit: Relay.Party) {
        let rig = RelayRig()
        _ = rig.settle()
        rig.hear(side(rig, culprit).end(.clean), from: culprit)
        #expect(rig.settle() == "waiting")
        rig.hear(side(rig, culprit).die(), from: culprit)
        #expect(rig.settle() == "abort \(Self.other(culprit)): reset")
    }

    @Test(arguments: parties)
    func anAbortAfterBothEndsIsNoNews(culprit: Relay.Party) {
        let rig = RelayRig(FakeSide(then: .clean), FakeSide(then: .clean))
        #expect(rig.settle() == "done")
        rig.hear(side(rig, culprit).die(), from: culprit)
        #expect(rig.settle() == "done")
    }

    @Test(arguments: parties)
    func anEndThatAnAbortedSinkCannotBeToldIsAnAbort(culprit: Relay.Party) {
        let rig = RelayRig()
        _ = rig.settle()
        rig.hear(side(rig, culprit).end(.clean), from: culprit)
        #expect(rig.settle() == "waiting")
        // It dies unseen; then the other ends, and that end has nobody to go to.
        _ = side(rig, culprit).die()
        rig.hear(side(rig, Self.other(culprit)).end(.clean), from: Self.other(culprit))
        #expect(rig.settle() == "abort \(Self.other(culprit)): reset")
    }

    @Test(arguments: parties)
    func aSideThatAbortsIsReadBeforeItIsBelieved(culprit: Relay.Party) {
        let rig = RelayRig()
        _ = rig.settle()
        _ = side(rig, culprit).feed(pattern(200_000))
        rig.hear(side(rig, culprit).die(), from: culprit)
        #expect(rig.settle() == "abort \(Self.other(culprit)): reset")
        #expect(difference(side(rig, Self.other(culprit)).got, pattern(200_000)) == nil)
    }
}

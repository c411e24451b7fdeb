// SPDX-License-Identifier: Apache-2.0
// Promises of Flow with sources that are pulled from: order, room, quantum, and the length of a
// turn.

import Testing

@testable import AttacheCore

struct FlowTests {
    private let scratch = AttacheCore.Scratch()
    private let pipes = PipePool(limit: 0)
    private let least = Limits.quantumBytesMin
    private let most = Limits.quantumBytesMax

    private func turn(_ flow: inout Flow, _ source: FakeSide, _ sink: FakeSide) -> String {
        switch flow.move(from: source, to: sink, scratch: scratch, pipes: pipes) {
        case .waiting: "waiting"
        case .usedUp: "used up"
        case .ended(let how): "ended: \(how)"
        }
    }

    private func settle(_ flow: inout Flow, _ source: FakeSide, _ sink: FakeSide) -> String {
        while true {
            let said = turn(&flow, source, sink)
            if said != "used up" { return said }
        }
    }

    @Test(arguments: [0, 1, 16_383, 16_384, 16_385, 1_000_000])
    func everyByteArrivesBeforeTheEnd(count: Int) {
        var flow = Flow()
        let source = FakeSide(gives: pattern(count), then: .clean)
        let sink = FakeSide()
        #expect(settle(&flow, source, sink) == "ended: clean")
        #expect(difference(sink.got, pattern(count)) == nil)
        #expect(sink.finishes == 1)
        #expect(flow.finished)
        #expect(flow.delivered == UInt64(count))
        #expect(source.givenBack == count)
    }

    @Test func aFinishedFlowStaysAsItEnded() {
        var flow = Flow()
        let source = FakeSide(then: .clean)
        let sink = FakeSide()
        #expect(settle(&flow, source, sink) == "ended: clean")
        #expect(turn(&flow, source, sink) == "ended: clean")
        #expect(sink.finishes == 1)
    }

    @Test func oneByteAtATimeKeepsTheOrder() {
        var flow = Flow()
        let source = FakeSide(gives: pattern(500), then: .clean)
        let sink = FakeSide(appetite: 0)
        source.chunk = 1
        while !flow.finished {
            _ = sink.hunger(1)
            _ = turn(&flow, source, sink)
        }
        #expect(sink.got == pattern(500))
    }

    @Test func nothingIsPulledWhenThereIsNoRoom() {
        var flow = Flow()
        let source = FakeSide(gives: pattern(10))
        #expect(turn(&flow, source, FakeSide(appetite: 0)) == "waiting")
        #expect(source.pulls == 0)
    }

    @Test func aPullIsNoLargerThanTheRoom() {
        var flow = Flow()
        let source = FakeSide(gives: pattern(100))
        let sink = FakeSide(appetite: 7)
        #expect(turn(&flow, source, sink) == "waiting")
        #expect(sink.got == pattern(7))
        #expect(source.givenBack == 7)
    }

    @Test func aTurnIsFourPulls() {
        var flow = Flow()
        let source = FakeSide(gives: pattern(1 << 20))
        source.chunk = 10
        let sink = FakeSide()
        for turns in 1...3 {
            #expect(turn(&flow, source, sink) == "used up")
            #expect(source.pulls == turns * Limits.pullsPerTurn)
        }
    }

    @Test func aDrySourceEndsTheTurnWithoutAnotherPull() {
        var flow = Flow()
        let source = FakeSide(gives: pattern(10))
        #expect(turn(&flow, source, FakeSide()) == "waiting")
        #expect(source.pulls == 1)
    }

    @Test func theQuantumDoublesWhileEverythingIsTakenAndStopsAtItsBound() {
        var flow = Flow()
        let source = FakeSide(gives: pattern(2 << 20))
        let sink = FakeSide()
        while turn(&flow, source, sink) == "used up" {}
        var doubles = [least]
        while doubles.count < 8 { doubles.append(min(doubles[doubles.count - 1] * 2, most)) }
        #expect(Array(sink.wanted.prefix(8)) == doubles)
        #expect(doubles.last == most)
    }

    @Test func theQuantumHalvesOnAPartialOfferAndStopsAtItsBound() {
        var flow = Flow()
        let source = FakeSide(gives: pattern(2 << 20))
        let sink = FakeSide()
        while sink.wanted.last != most { _ = turn(&flow, source, sink) }
        sink.bite = 10_000
        let before = sink.wanted.count
        while sink.wanted.count < before + 8 { _ = turn(&flow, source, sink) }
        var halves = [most]
        while halves.count < 8 { halves.append(max(halves[halves.count - 1] / 2, least)) }
        #expect(Array(sink.wanted[before..<before + 8]) == halves)
        #expect(halves.last == least)
        #expect(difference(sink.got, pattern(sink.got.count)) == nil)
    }
}

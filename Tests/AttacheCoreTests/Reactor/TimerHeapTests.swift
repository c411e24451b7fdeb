// SPDX-License-Identifier: Apache-2.0
// Promises of TimerHeap: whoever is due, in the order of time, and nobody before it.

import Testing

@testable import AttacheCore

struct TimerHeapTests {
    private func token(_ number: Int) -> Token { Token(slot: number, generation: 1) }

    @Test func anEmptyHeapIsNeverDue() {
        var heap = TimerHeap()
        #expect(heap.earliest == .max)
        #expect(heap.pop(dueBy: .max) == nil)
    }

    @Test func whoeverIsDueComesAtItsTimeAndNotBefore() {
        var heap = TimerHeap()
        heap.add(token(1), at: 100)
        #expect(heap.earliest == 100)
        #expect(heap.pop(dueBy: 99) == nil)
        #expect(heap.count == 1)
        #expect(heap.pop(dueBy: 100) == token(1))
        #expect(heap.count == 0)
        #expect(heap.earliest == .max)
    }

    @Test func oneTokenMayWaitForSeveralTimes() {
        var heap = TimerHeap()
        for at in [30, 10, 20] as [UInt64] { heap.add(token(1), at: at) }
        #expect(heap.pop(dueBy: 20) == token(1))
        #expect(heap.pop(dueBy: 20) == token(1))
        #expect(heap.pop(dueBy: 20) == nil)
        #expect(heap.earliest == 30)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func timesComeInOrderWhateverTheOrderOfTheirComing(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var heap = TimerHeap()
        var waiting: [(at: UInt64, number: Int)] = []
        for number in 0..<300 {
            let at = UInt64(numbers.below(100))
            heap.add(token(number), at: at)
            waiting.append((at, number))
            if numbers.below(3) > 0 { continue }
            let now = UInt64(numbers.below(100))
            while let popped = heap.pop(dueBy: now) {
                let least = waiting.map(\.at).min()
                let index = waiting.firstIndex { $0.number == popped.slot }
                #expect(index != nil, "seed \(seed)")
                guard let index else { return }
                #expect(waiting[index].at == least, "seed \(seed)")
                #expect(waiting[index].at <= now, "seed \(seed)")
                waiting.remove(at: index)
            }
            #expect(waiting.allSatisfy { $0.at > now }, "seed \(seed)")
        }
        #expect(heap.count == waiting.count, "seed \(seed)")
        #expect(heap.earliest == waiting.map(\.at).min() ?? .max, "seed \(seed)")
    }
}

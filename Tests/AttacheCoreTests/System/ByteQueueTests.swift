// SPDX-License-Identifier: Apache-2.0
// Promises of ByteQueue and Scratch: the same bytes in the same order, and no memory without need.

import Testing

@testable import AttacheCore

struct ByteQueueTests {
    private func contents(_ queue: ByteQueue) -> [UInt8] {
        queue.withBytes { bytes in bytes.withUnsafeBytes { Array($0) } }
    }

    /// Bytes that the queue holds memory for, those that have left included.
    private func held(_ queue: ByteQueue) -> Int {
        Mirror(reflecting: queue).children.lazy.compactMap { $0.value as? [UInt8] }.first?.capacity
            ?? .max
    }

    /// Moves into a room of `size`; what came.
    private func moved(_ queue: inout ByteQueue, _ size: Int) -> [UInt8] {
        let scratch = AttacheCore.Scratch()
        let (_, count) = scratch.fill(upTo: size) { queue.move(into: &$0) }
        return scratch.withBytes(count) { bytes in bytes.withUnsafeBytes { Array($0) } }
    }

    @Test func anEmptyQueueHoldsNothing() {
        var queue = ByteQueue()
        queue.append([UInt8]().span.bytes)
        queue.drop(0)
        #expect(queue.isEmpty)
        #expect(queue.count == 0)
        #expect(contents(queue).isEmpty)
        #expect(moved(&queue, 10).isEmpty)
        #expect(held(queue) == 0)
    }

    @Test func bytesWaitInOrderAndLeaveInOrder() {
        var queue = ByteQueue()
        queue.append(pattern(5).span.bytes)
        queue.append(pattern(5, from: 5).span.bytes)
        #expect(contents(queue) == pattern(10))
        queue.drop(3)
        #expect(queue.count == 7)
        #expect(contents(queue) == pattern(7, from: 3))
        #expect(moved(&queue, 6) == pattern(6, from: 3))
        #expect(moved(&queue, 6) == pattern(1, from: 9))
        #expect(queue.isEmpty)
    }

    @Test func aQueueThatRanEmptyHoldsNoMemory() {
        var queue = ByteQueue()
        queue.append(pattern(100_000).span.bytes)
        queue.drop(99_999)
        #expect(!queue.isEmpty)
        queue.drop(1)
        #expect(queue.isEmpty)
        #expect(held(queue) == 0)
    }

    /// A reader that is always a little behind: the queue never runs empty, and must not grow.
    @Test func whatHasLeftIsNotHeldHoweverLongTheQueueStaysInUse() {
        var queue = ByteQueue()
        queue.append(pattern(1).span.bytes)
        for _ in 0..<5000 {
            queue.append(pattern(1000).span.bytes)
            queue.drop(1000)
        }
        #expect(queue.count == 1)
        #expect(held(queue) < 64 * 1024)
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func anyOrderOfVerbsKeepsTheBytes(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        var queue = ByteQueue()
        var model: [UInt8] = []
        for _ in 0..<200 {
            switch numbers.below(3) {
            case 0:
                let bytes = numbers.bytes(numbers.below(300))
                queue.append(bytes.span.bytes)
                model += bytes
            case 1:
                let count = numbers.below(model.count + 1)
                queue.drop(count)
                model.removeFirst(count)
            default:
                let size = 1 + numbers.below(200)
                let first = Array(model.prefix(size))
                #expect(moved(&queue, size) == first, "seed \(seed)")
                model.removeFirst(first.count)
            }
            #expect(queue.count == model.count, "seed \(seed)")
            #expect(queue.isEmpty == model.isEmpty, "seed \(seed)")
            #expect(contents(queue) == model, "seed \(seed)")
        }
    }
}

struct ScratchTests {
    @Test(arguments: [0, 1, AttacheCore.Scratch.capacity, AttacheCore.Scratch.capacity + 1])
    func itLendsAsMuchAsIsAskedAndItHas(limit: Int) {
        let scratch = AttacheCore.Scratch()
        let (room, count) = scratch.fill(upTo: limit) { $0.freeCapacity }
        #expect(room == min(limit, AttacheCore.Scratch.capacity))
        #expect(count == 0)
    }

    @Test func itLendsWhatTheLastFillWrote() {
        let scratch = AttacheCore.Scratch()
        for round in 0..<3 {
            let (answer, count) = scratch.fill(upTo: 100) { room in
                for byte in pattern(50, from: round) { room.append(byte) }
                return "round \(round)"
            }
            #expect(answer == "round \(round)")
            #expect(count == 50)
            let bytes = scratch.withBytes(count) { bytes in bytes.withUnsafeBytes { Array($0) } }
            #expect(bytes == pattern(50, from: round))
        }
    }
}

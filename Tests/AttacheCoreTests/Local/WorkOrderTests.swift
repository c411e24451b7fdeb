// SPDX-License-Identifier: Apache-2.0
// An order is read as it was written, and nothing else is one.

import Testing

@testable import AttacheCore

struct WorkOrderTests {
    @Test(arguments: [32, 33, 255, 256, 1 << 32, UInt64.max], [0, 1, 257, 1 << 63, UInt64.max])
    func whatIsWrittenIsRead(up: UInt64, down: UInt64) {
        for isDuplex in [false, true] {
            let order = WorkOrder(up: up, down: down, isDuplex: isDuplex)
            #expect(order.bytes.count == WorkOrder.byteCount)
            #expect(WorkOrder(order.bytes.span.bytes) == order)
            #expect(WorkOrder.reading((order.bytes + [9]).span.bytes) == .order(order))
        }
    }

    /// Somebody else's client may have to write it, too.
    @Test func itLooksLikeThis() {
        let order = WorkOrder(up: 0x0102, down: 3, isDuplex: true)
        let words: [[UInt8]] = [Array("attbench".utf8), [2, 1], [3], [1]]
        #expect(order.bytes == words.flatMap { $0 + Array(repeating: 0, count: 8 - $0.count) })
    }

    @Test(arguments: [
        (0, 0), (7, 0), (8, 31), (8, 0), (24, 2), (24, 3), (25, 1), (31, 0x80),
    ])
    func anOrderWithAWrongByteIsNone(at index: Int, byte: UInt8) {
        var bytes = WorkOrder(up: 32, down: 5).bytes
        bytes[index] = byte
        #expect(WorkOrder(bytes.span.bytes) == nil)
        #expect(WorkOrder.reading(bytes.span.bytes) == .other)
    }

    @Test func aBeginningIsUnfinishedUntilItDiffers() {
        let bytes = WorkOrder(up: 64, down: 5).bytes
        for count in 0..<WorkOrder.byteCount {
            let part = Array(bytes[..<count])
            #expect(WorkOrder(part.span.bytes) == nil)
            #expect(WorkOrder.reading(part.span.bytes) == .unfinished)
        }
        for count in 1...8 {
            var part = Array(bytes[..<count])
            part[count - 1] ^= 1
            #expect(WorkOrder.reading(part.span.bytes) == .other)
        }
    }
}

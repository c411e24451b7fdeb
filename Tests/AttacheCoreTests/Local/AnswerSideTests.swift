// SPDX-License-Identifier: Apache-2.0
// The server of `attache bench` gives what it is asked for, once it has been asked in full.

import Testing

@testable import AttacheCore

struct AnswerSideTests {
    static let orders = [
        WorkOrder(up: 32, down: 0), WorkOrder(up: 32, down: 1), WorkOrder(up: 33, down: 32),
        WorkOrder(up: 64, down: 31), WorkOrder(up: 1000, down: 1000),
        WorkOrder(up: 32, down: 3_000_000), WorkOrder(up: 300_000, down: 1),
        WorkOrder(up: 32, down: 1, isDuplex: true),
        WorkOrder(up: 5000, down: 700_000, isDuplex: true),
    ]

    /// Twice on one connection, in pieces of every awkward size.
    @Test(arguments: orders, [1, 31, 32, 33, Int.max])
    func aRequestInPiecesGetsItsAnswerAndSoDoesTheNext(order: WorkOrder, chunk: Int) {
        let rig = LocalRig(.answer)
        rig.client.chunk = chunk == 1 && order.up > 10_000 ? 977 : chunk
        for number in 1...2 {
            #expect(rig.send(request(order)) == "waiting")
            #expect(rig.client.got.count == number * Int(order.down))
            #expect(rig.relay.bytesUp == UInt64(number) * order.up)
        }
        #expect(rig.finish() == "done")
        #expect(rig.client.got.count == 2 * Int(order.down))
    }

    @Test(arguments: orders)
    func theAnswerBeginsWithTheLastByteOrIfDuplexWithTheOrder(order: WorkOrder) {
        let bytes = request(order)
        let rig = LocalRig(.answer)
        rig.send(Array(bytes[..<31]))
        #expect(rig.client.got.isEmpty)
        rig.send(Array(bytes[31..<32]))
        rig.send(Array(bytes[32...].dropLast()))
        if order.up > 32 { #expect(rig.client.got.count == (order.isDuplex ? order.down : 0)) }
        rig.send(Array(bytes[32...].suffix(1)))
        #expect(rig.client.got.count == order.down)
    }

    @Test func manyRequestsInOneOfferGetAllAnswers() {
        let rig = LocalRig(.answer)
        rig.send(Self.orders.flatMap(request) + Self.orders.flatMap(request))
        #expect(rig.client.got.count == 2 * Self.orders.reduce(0) { $0 + Int($1.down) })
    }

    @Test func theNextRequestIsNotReadBeforeTheAnswerWasTaken() {
        let rig = LocalRig(.answer, client: FakeSide(appetite: 0))
        let first = WorkOrder(up: 100, down: 10_000)
        let second = WorkOrder(up: 200, down: 5)
        rig.send(request(first) + request(second))
        rig.send(request(second))
        #expect(rig.relay.bytesUp == 100)
        rig.take(9_999)
        #expect(rig.relay.bytesUp == 100 && rig.client.got.count == 9_999)
        rig.take(1)
        #expect(rig.client.got.count == 10_000)
        rig.take(.max)
        #expect(rig.relay.bytesUp == 500 && rig.client.got.count == 10_010)
        #expect(rig.finish() == "done")
    }

    /// As large as can be written: given bit by bit, without end or overflow.
    @Test func hugeSizesAreOnlyNumbers() {
        let rig = LocalRig(.answer, client: FakeSide(appetite: 100_000))
        rig.send(WorkOrder(up: .max, down: .max, isDuplex: true).bytes)
        #expect(rig.client.got.count == 100_000)
        rig.send(pattern(100_000))
        rig.take(50_000)
        #expect(rig.client.got.count == 150_000 && rig.relay.bytesUp == 100_032)
        let patient = LocalRig(.answer)
        patient.send(WorkOrder(up: .max, down: .max).bytes)
        patient.send(pattern(100_000))
        #expect(patient.client.got.isEmpty && patient.relay.bytesUp == 100_032)
    }

    private static let order = WorkOrder(up: 40, down: 9)

    @Test(arguments: [
        (Sent("nothing", []), 0),
        (Sent("a request but for its last byte", request(order).dropLast()), 0),
        (Sent("an order alone", order.bytes), 0),
        (Sent("a request", request(order)), 9),
        (Sent("a duplex order", WorkOrder(up: 40, down: 9, isDuplex: true).bytes), 9),
        // The beginning of an order that goes no further was none, and comes back.
        (Sent("most of an order", order.bytes.dropLast()), 31),
        (Sent("a request and a part of an order", request(order) + order.bytes[..<10]), 19),
    ])
    func whoeverEndsGetsWhatIsDueAndACleanEnd(sent: Sent, answered: Int) {
        let rig = LocalRig(.answer)
        rig.send(sent.bytes)
        #expect(rig.finish() == "done")
        #expect(rig.client.got.count == answered)
        #expect(rig.client.finishes == 1)
    }

    @Test(
        arguments: [
            Sent("redis", "PING\r\n".utf8), Sent("nearly its first word", "attack".utf8),
            Sent("its first word", "attbench, but no order of what to do\n".utf8),
            Sent("unknown options", order.bytes.dropLast() + [1]),
            Sent("a long stream", pattern(300_000)),
        ], [1, 7, 32, Int.max])
    func whatIsNoOrderComesBackAndSoDoesWhatFollows(sent: Sent, chunk: Int) {
        let rig = LocalRig(.answer)
        rig.client.chunk = sent.bytes.count > 1000 ? max(chunk, 977) : chunk
        rig.send(sent.bytes)
        #expect(difference(rig.client.got, sent.bytes) == nil)
        rig.send(request(Self.order))
        #expect(difference(rig.client.got, sent.bytes + request(Self.order)) == nil)
        #expect(rig.finish() == "done")
    }

    @Test func anEchoAfterAnAnswerComesAfterIt() {
        let rig = LocalRig(.answer, client: FakeSide(appetite: 3))
        rig.send(request(WorkOrder(up: 40, down: 9)) + Array("hello".utf8))
        rig.take(.max)
        #expect(rig.client.got == [UInt8](repeating: 0, count: 9) + Array("hello".utf8))
    }
}

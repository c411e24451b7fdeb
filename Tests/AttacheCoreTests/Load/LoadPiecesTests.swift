// SPDX-License-Identifier: Apache-2.0
// Requests, answers and samples, without a connection.

import Testing

@testable import AttacheCore

struct LoadPiecesTests {
    @Test(
        arguments: [
            (.bytes(3), ["abc"], .whole), (.bytes(3), ["a", "b"], .more),
            (.bytes(3), ["a", "b", "c"], .whole), (.bytes(3), ["abcd"], .excess),
            (.bytes(3), ["abc", "d"], .excess), (.bytes(0), ["a"], .excess),
            (.bytes(0), [""], .whole), (.line, ["+PONG\r\n"], .whole), (.line, ["+PO"], .more),
            (.line, ["+PO", "NG\n"], .whole), (.line, ["a\nb"], .excess),
            (.line, ["a\n", "b"], .excess), (.line, ["\n"], .whole),
        ] as [(Exchange.Answer, [String], AnswerGauge.Verdict)])
    func anAnswerIsWholeAtItsEndAndNowhereElse(
        answer: Exchange.Answer, pieces: [String], verdict: AnswerGauge.Verdict
    ) {
        var gauge = AnswerGauge(answer)
        var last = AnswerGauge.Verdict.more
        for piece in pieces {
            let bytes = Array(piece.utf8)
            last = gauge.take(bytes.span.bytes)
        }
        #expect(last == verdict)
    }

    private static func all(_ request: RequestBytes, upTo limit: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        while UInt64(bytes.count) < min(request.count, limit) {
            request.withBytes(from: UInt64(bytes.count)) { piece in
                piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
            }
        }
        return bytes
    }

    @Test(arguments: [1, 31, 32, 33, 128, 262_144, 262_145, 1_000_000] as [UInt64])
    func aGeneratedRequestIsAsLongAsItSaysAndBeginsWithItsOrder(up: UInt64) throws {
        let order = WorkOrder(up: up, down: 7)
        let bytes = Self.all(RequestBytes(.generated(order, seed: 3)), upTo: up)
        #expect(UInt64(bytes.count) == up)
        let read = WorkOrder(bytes.span.bytes)
        #expect(read == (up >= 32 ? order : nil))
        let again = Self.all(RequestBytes(.generated(order, seed: 3)), upTo: up)
        let other = Self.all(RequestBytes(.generated(order, seed: 4)), upTo: up)
        #expect(bytes == again)
        #expect(up <= 32 && up > 31 || bytes != other)
        #expect(bytes.dropFirst(up >= 32 ? 32 : 0).allSatisfy { (33...126).contains($0) })
    }

    /// The service would wait for the rest of an order.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func whatIsNoOrderDoesNotBeginLikeOne(seed: UInt64) {
        let request = RequestBytes(.generated(WorkOrder(up: 1, down: 1), seed: seed))
        #expect(Self.all(request, upTo: 1) != [UInt8(ascii: "a")])
    }

    @Test func aSmallRequestIsOnePieceSoThatItIsOneSegment() {
        let request = RequestBytes(.generated(WorkOrder(up: 128, down: 128), seed: 1))
        #expect(request.withBytes(from: 0) { $0.byteCount } == 128)
    }

    @Test func samplesAddUpOverThreadsAndOverTime() {
        var one = LoadSample()
        one.elapsed = 1_000_000_000
        one.record(intended: 5, began: 10, now: 1005)
        one.fail("short", "first")
        var two = one
        two.elapsed = 3_000_000_000
        two.fail("short", "second")
        var threads = one
        threads.add(besides: two)
        #expect(threads.elapsed == 3_000_000_000 && threads.done == 2)
        #expect(threads.errors == ["short": .init(count: 3, example: "first")])
        #expect(threads.rate == 2.0 / 3)
        var time = one
        time.add(two)
        #expect(time.elapsed == 4_000_000_000 && time.failed == 3)
        #expect(time.latency.count == 2 && time.service.count == 2)
    }

    /// An error is never a fast answer.
    @Test func failuresLeaveNoLatency() {
        var sample = LoadSample()
        sample.fail("reset", "x")
        #expect(sample.latency.isEmpty && sample.service.isEmpty && sample.done == 0)
    }
}

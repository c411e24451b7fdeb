// SPDX-License-Identifier: Apache-2.0
// Promises of Flow between two real plain sockets: bulk goes through a pipe, and every byte is the
// same.

import Testing

@testable import AttacheCore

struct RealFlowTests {
    /// A flow between two connections, with a writer and a reader at their far ends.
    private final class Line {
        let loopback: Loopback
        let source: (side: PlainSide, far: FarEnd)
        let sink: (side: PlainSide, far: FarEnd)
        let pipes: PipePool
        private let scratch = AttacheCore.Scratch()
        var flow = Flow()
        private(set) var ended: Ending?
        private(set) var got: [UInt8] = []

        init(_ from: Loopback.Kind, _ to: Loopback.Kind, pipes: Int) throws {
            loopback = try Loopback()
            let (source, sink) = (try loopback.connection(from), try loopback.connection(to))
            self.source = (PlainSide(source.near), source.far)
            self.sink = (PlainSide(sink.near), sink.far)
            self.pipes = PipePool(limit: pipes)
        }

        func move() {
            let turn = flow.move(
                from: source.side, to: sink.side, scratch: scratch, pipes: pipes)
            if case .ended(let how) = turn { ended = how }
        }

        func read(upTo limit: Int = 1 << 20) {
            if case .bytes(let bytes) = sink.far.receive(upTo: limit) { got += bytes }
        }

        /// Everything through, as fast as it goes.
        func send(_ bytes: [UInt8]) -> Bool {
            var sent = 0
            let before = got.count
            return loopback.wait {
                sent += source.far.send(bytes[sent...])
                move()
                read()
                return got.count == before + bytes.count
            }
        }
    }

    @Test(arguments: Loopback.Kind.allCases, Loopback.Kind.allCases)
    func bulkGoesThroughAPipe(from: Loopback.Kind, to: Loopback.Kind) throws {
        let line = try Line(from, to, pipes: 1)
        let bytes = pattern(8 << 20)
        #expect(line.send(bytes))
        #expect(difference(line.got, bytes) == nil)
        #expect(line.pipes.kept == 1)
        #expect(line.flow.delivered == UInt64(bytes.count))
    }

    @Test func smallMessagesNeverTakeAPipe() throws {
        let line = try Line(.tcp, .tcp, pipes: 1)
        for round in 0..<200 { #expect(line.send(pattern(8000, from: round))) }
        #expect(line.pipes.kept == 0)
    }

    @Test func aBulkStreamThatCalmsDownIsCopiedAgainAndMayBecomeBulkAgain() throws {
        let line = try Line(.tcp, .tcp, pipes: 1)
        var expected: [UInt8] = []
        for round in 0..<3 {
            let bulk = pattern(4 << 20, from: round)
            #expect(line.send(bulk))
            expected += bulk
            for message in 0..<20 {
                #expect(line.send(pattern(100, from: message)))
                expected += pattern(100, from: message)
            }
        }
        #expect(difference(line.got, expected) == nil)
        #expect(line.pipes.kept == 1)
    }

    @Test func withoutPipesBulkIsCopied() throws {
        let line = try Line(.tcp, .tcp, pipes: 0)
        let bytes = pattern(4 << 20)
        #expect(line.send(bytes))
        #expect(difference(line.got, bytes) == nil)
    }

    @Test(arguments: [0, 1, 1000, 3 << 20], [Ending.clean, .reset])
    func theEndComesAfterEveryByte(count: Int, how: Ending) throws {
        let line = try Line(.tcp, .tcp, pipes: 1)
        let bytes = pattern(count)
        var sent = 0
        // All of it lies in the kernel's hands before the source ends.
        #expect(
            line.loopback.wait {
                sent += line.source.far.send(bytes[sent...])
                line.move()
                line.read()
                return sent == count
            })
        if how == .clean { line.source.far.end() } else { line.source.far.reset() }
        #expect(
            line.loopback.wait {
                line.move()
                line.read(upTo: 4096)
                return line.ended != nil && line.got.count >= Int(line.flow.delivered)
            })
        #expect(line.ended == how)
        // An RST discards what its own sender had not sent yet; what arrived is in order.
        #expect(difference(line.got, Array(bytes.prefix(line.got.count))) == nil)
        if how == .clean { #expect(line.got.count == count) }
    }

    @Test func aSinkThatDiesStopsTheFlowAndKeepsNoDirtyPipe() throws {
        let line = try Line(.tcp, .tcp, pipes: 1)
        let block = pattern(1 << 16)
        // Nobody reads: what the flow took last stays in its pipe.
        #expect(
            line.loopback.wait {
                _ = line.source.far.send(block)
                line.move()
                return line.pipes.lent == 1 && !line.sink.side.isWritable
            })
        line.sink.far.reset()
        #expect(
            line.loopback.wait {
                line.move()
                return line.flow.sinkDead
            })
        #expect(line.sink.side.aborted)
        #expect(line.ended == nil)
        #expect(line.pipes.kept == 0)
        #expect(line.pipes.take()?.count == 0)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func anyMixtureOfSizesArrivesUnchanged(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        let kinds = Loopback.Kind.allCases
        let line = try Line(kinds[numbers.below(2)], kinds[numbers.below(2)], pipes: 1)
        let bytes = numbers.bytes(500_000 + numbers.below(1_500_000))
        var sent = 0
        let arrived = line.loopback.wait {
            let piece = 1 + numbers.below([10, 5000, 400_000][numbers.below(3)])
            let rest = bytes[sent..<min(sent + piece, bytes.count)]
            if numbers.below(2) == 0 { sent += line.source.far.send(rest) }
            if numbers.below(2) == 0 { line.move() }
            if numbers.below(3) == 0 { line.read(upTo: 1 + numbers.below(300_000)) }
            return line.got.count == bytes.count
        }
        #expect(arrived, "seed \(seed)")
        #expect(difference(line.got, bytes) == nil, "seed \(seed)")
    }
}

extension PipePool {
    /// Pipes that hold bytes of a flow.
    fileprivate var lent: Int {
        Mirror(reflecting: self).children.first { $0.label == "lent" }?.value as? Int ?? -1
    }
}

extension PlainSide {
    fileprivate var isWritable: Bool { socket?.writable ?? false }
}

// SPDX-License-Identifier: Apache-2.0
// Promises of SplicedFlow over real sockets: one step at a time, and whose the pipe is after it.

import Testing

@testable import AttacheCore

struct SplicedFlowTests {
    private let loopback: Loopback
    private let source: (near: Socket, far: FarEnd)
    private let sink: (near: Socket, far: FarEnd)

    init() throws {
        loopback = try Loopback()
        source = try loopback.connection(.tcp)
        sink = try loopback.connection(.tcp)
    }

    /// The step that follows when something has happened; "waiting" where none does.
    private func step(_ flow: inout SplicedFlow, _ pipes: PipePool) -> String {
        var said = "waiting"
        _ = loopback.wait {
            said = flow.move(from: source.near, to: sink.near, pipes: pipes).said
            return said != "waiting"
        }
        return said
    }

    /// Bulk that the far reader does not take: the flow holds bytes in its pipe.
    private func stuff(_ flow: inout SplicedFlow, _ pipes: PipePool) -> Int {
        let block = pattern(1 << 16)
        var moved = 0
        let stuck = loopback.wait {
            _ = source.far.send(block)
            if case .moved(let count) = flow.move(from: source.near, to: sink.near, pipes: pipes) {
                moved += count
            }
            return !flow.isEmpty
        }
        #expect(stuck)
        return moved
    }

    @Test func whatTheSourceHasReachesTheSinkAndThePipeGoesBack() {
        var flow = SplicedFlow()
        let pipes = PipePool(limit: 1)
        #expect(source.far.send(pattern(40_000)) == 40_000)
        var moved = 0
        #expect(
            loopback.wait {
                if case .moved(let count) = flow.move(
                    from: source.near, to: sink.near, pipes: pipes)
                {
                    moved += count
                }
                return moved == 40_000
            })
        #expect(flow.isEmpty)
        #expect(pipes.kept == 1)
    }

    @Test func withoutAPipeTheFlowIsToldToCopy() {
        var flow = SplicedFlow()
        #expect(source.far.send(pattern(10)) == 10)
        #expect(step(&flow, PipePool(limit: 0)) == "calm")
    }

    @Test func smallSplicesInARowAreCalmAndALargeOneStartsAnew() {
        var flow = SplicedFlow()
        let pipes = PipePool(limit: 1)
        func round(_ count: Int) -> String {
            #expect(source.far.send(pattern(count)) == count)
            return step(&flow, pipes)
        }
        for _ in 1..<Limits.calmSplicesBeforeCopy { #expect(round(10) == "moved 10") }
        #expect(round(Limits.calmSpliceBytes) == "moved \(Limits.calmSpliceBytes)")
        for _ in 1...Limits.calmSplicesBeforeCopy { #expect(round(10) == "moved 10") }
        #expect(round(10) == "calm")
        #expect(flow.isEmpty)
        #expect(pipes.kept == 1)
    }

    @Test func theEndComesAfterThePipeIsDrained() {
        var flow = SplicedFlow()
        let pipes = PipePool(limit: 1)
        var moved = stuff(&flow, pipes)
        source.far.end()
        var ended = ""
        var arrived = 0
        #expect(
            loopback.wait {
                if case .bytes(let bytes) = sink.far.receive() { arrived += bytes.count }
                switch flow.move(from: source.near, to: sink.near, pipes: pipes) {
                case .moved(let count): moved += count
                case .ended(let how): ended = "\(how) after \(moved)"
                default: break
                }
                return !ended.isEmpty && arrived >= moved
            })
        #expect(ended == "clean after \(moved)")
        #expect(arrived == moved)
        #expect(pipes.kept == 1)
    }

    @Test func theDirtyPipeOfADeadSinkIsNeverLentAgain() {
        var flow = SplicedFlow()
        let pipes = PipePool(limit: 1)
        _ = stuff(&flow, pipes)
        #expect(pipes.take() == nil)
        sink.far.reset()
        #expect(step(&flow, pipes) == "sink dead")
        #expect(flow.isEmpty)
        #expect(pipes.kept == 0)
        #expect(pipes.take()?.count == 0)
        #expect(sink.near.aborted)
    }

    @Test func aSessionThatEndsWithBytesInThePipeClosesIt() {
        var flow = SplicedFlow()
        let pipes = PipePool(limit: 1)
        _ = stuff(&flow, pipes)
        flow.release(to: pipes)
        #expect(pipes.kept == 0)
        #expect(pipes.take()?.count == 0)
    }
}

extension SplicedFlow.Step {
    var said: String {
        switch self {
        case .moved(let count): "moved \(count)"
        case .waiting: "waiting"
        case .ended(let how): "ended: \(how)"
        case .sinkDead: "sink dead"
        case .calm: "calm"
        }
    }
}

extension PipePool {
    /// Pipes that wait to be lent again.
    var kept: Int {
        Mirror(reflecting: self).children.lazy.compactMap { $0.value as? [Pipe] }.first?.count ?? -1
    }
}

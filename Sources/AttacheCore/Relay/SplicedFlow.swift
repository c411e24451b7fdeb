// SPDX-License-Identifier: Apache-2.0
// One direction of a bulk stream between two plain sockets, moved by the kernel through a pipe.

/// Takes the place of copying in a `Flow` while a stream is bulk. A pipe is held only while bytes
/// are in it, and drained before anything else is said to the sink.
struct SplicedFlow {
    enum Step {
        case moved(Int)
        case waiting
        case ended(Ending)
        /// The sink took so many, then died, and what was left in the pipe with it.
        case sinkDead(Int)
        /// No pipe, or the stream has calmed down: copy again.
        case calm
    }
    private var pipe: Pipe?
    private var smallSplices = 0

    var isEmpty: Bool { pipe == nil }

    /// What is in the pipe; then, into an empty pipe, what the source has; and that to the sink.
    mutating func move(from source: Socket, to sink: Socket, pipes: PipePool) -> Step {
        if pipe != nil { return deliver(to: sink, pipes: pipes) }
        guard source.readable, sink.writable else { return .waiting }
        if smallSplices >= Limits.calmSplicesBeforeCopy { return .calm }
        guard let fresh = pipes.take() else { return .calm }
        let pulled = source.splice(into: fresh)
        guard case .bytes = pulled else {
            pipes.giveBack(fresh)
            if case .end(let ending) = pulled { return .ended(ending) }
            return .waiting
        }
        smallSplices = fresh.count < Limits.calmSpliceBytes ? smallSplices + 1 : 0
        pipe = fresh
        return deliver(to: sink, pipes: pipes)
    }

    private mutating func deliver(to sink: Socket, pipes: PipePool) -> Step {
        guard let pipe else { return .waiting }
        let before = pipe.count
        let alive = sink.splice(outOf: pipe)
        let moved = before - pipe.count
        if !alive || pipe.count == 0 { release(to: pipes) }
        if !alive { return .sinkDead(moved) }
        return moved > 0 ? .moved(moved) : .waiting
    }

    /// The session ends or the sink died: a pipe with bytes in it is closed, not lent again.
    mutating func release(to pipes: PipePool) {
        if let pipe { pipes.giveBack(pipe) }
        pipe = nil
    }
}

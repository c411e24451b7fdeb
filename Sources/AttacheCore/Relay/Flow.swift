// SPDX-License-Identifier: Apache-2.0
// One direction of a relay: from a source to a sink, in order, bounded, with its end after its
// bytes.

/// A flow's turn: what is parked; then the end; then a pull no larger than the sink's room.
///
/// Bound: `parked` holds what one pull brought and the sink did not take (a quantum), from a
/// pushing source what its stream's window admits. A spliced flow holds one pipe instead.
struct Flow {
    enum Turn {
        /// Somebody will be woken.
        case waiting
        /// Four pulls: to the back of the ready list.
        case usedUp
        case ended(Ending)
    }
    private var parked = ByteQueue()
    private var ending: Ending?
    private var quantum = Limits.quantumBytesMin
    private var fullPulls = 0
    private var spliced: SplicedFlow?
    /// The end has been passed on.
    private(set) var finished = false
    /// A failed write ends nothing: the other direction is read to its end first, and tells.
    private(set) var sinkDead = false
    /// Bytes that the sink took.
    private(set) var delivered: UInt64 = 0

    /// As a turn would end that moves nothing.
    var standing: Turn { finished ? .ended(ending ?? .clean) : .waiting }

    mutating func move(
        from source: any Side, to sink: any Side, scratch: Scratch, pipes: PipePool
    ) -> Turn {
        if finished || sinkDead { return standing }
        for _ in 0..<Limits.pullsPerTurn {
            guard offerParked(source, sink) else { return .waiting }
            if let ending, spliced?.isEmpty ?? true { return pass(ending, to: sink) }
            if spliced != nil, let from = source.socket, let to = sink.socket {
                switch splice(from, to, pipes) {
                case .moved(let count):
                    delivered += UInt64(count)
                    continue
                case .waiting: return .waiting
                case .ended(let how): ending = how
                case .sinkDead(let moved):
                    delivered += UInt64(moved)
                    sinkDead = true
                    return .waiting
                case .calm: calm()
                }
                continue
            }
            let room = sink.room(for: quantum)
            guard room > 0 else { return .waiting }
            let (pulled, count) = scratch.fill(upTo: room) { source.pull(into: &$0) }
            switch pulled {
            case .nothing: return .waiting
            case .end(let how): ending = how
            case .bytes:
                if count == 0 { continue }
                scratch.withBytes(count) { deliver($0, from: source, to: sink) }
                if source.dry && parked.isEmpty && !sinkDead { return .waiting }
            }
        }
        return .usedUp
    }

    /// A pushing source brings bytes. They were counted against its window, so parking is bounded.
    mutating func arrived(_ bytes: RawSpan, from source: any Side, to sink: (any Side)?) {
        if sinkDead { return source.delivered(bytes.byteCount) }
        var taken = 0
        // Not how much: what it does not take is parked, within the window it came by.
        if parked.isEmpty, let sink, sink.room(for: 1) > 0 {
            taken = take(sink.offer(bytes), of: bytes.byteCount, source)
        }
        if taken < bytes.byteCount && !sinkDead { parked.append(bytes.extracting(taken...)) }
    }

    /// The session is over: what is held goes back.
    mutating func release(to pipes: PipePool) {
        spliced?.release(to: pipes)
        parked = ByteQueue()
    }

    private mutating func deliver(_ bytes: RawSpan, from source: any Side, to sink: any Side) {
        let count = bytes.byteCount
        let taken = take(sink.offer(bytes), of: count, source)
        if taken < count {
            if !sinkDead { parked.append(bytes.extracting(taken...)) }
            quantum = max(quantum / 2, Limits.quantumBytesMin)
            fullPulls = 0
        } else if count >= quantum {
            quantum = min(quantum * 2, Limits.quantumBytesMax)
            fullPulls += 1
            let isBulk = fullPulls >= Limits.fullPullsBeforeSplice
            if isBulk && source.isPlain && sink.isPlain { spliced = SplicedFlow() }
        } else {
            fullPulls = 0
        }
    }

    private mutating func splice(_ from: Socket, _ to: Socket, _ pipes: PipePool)
        -> SplicedFlow.Step
    {
        spliced?.move(from: from, to: to, pipes: pipes) ?? .calm
    }

    private mutating func calm() {
        spliced = nil
        fullPulls = 0
    }

    /// true: nothing is parked any more.
    private mutating func offerParked(_ source: any Side, _ sink: any Side) -> Bool {
        if parked.isEmpty { return true }
        let taken = take(parked.withBytes { sink.offer($0) }, of: parked.count, source)
        if !sinkDead { parked.drop(taken) }
        return !sinkDead && parked.isEmpty
    }

    /// How many of the `count` offered bytes the sink took. What a dead sink does not take is lost,
    /// and its window is given back all the same: the source's other streams need it.
    private mutating func take(_ offered: Offered, of count: Int, _ source: any Side) -> Int {
        switch offered {
        case .took(let taken):
            delivered += UInt64(taken)
            source.delivered(taken)
            return taken
        case .dead:
            sinkDead = true
            source.delivered(count)
            parked = ByteQueue()
            return 0
        }
    }

    private mutating func pass(_ ending: Ending, to sink: any Side) -> Turn {
        // An end that is not clean is for the session to tell: it aborts the sink.
        if ending == .clean {
            if !sink.aborted && !sink.finish() { return .waiting }
            // Not delivered: what killed the sink is told by its other direction, or by `aborted`.
            if sink.aborted {
                sinkDead = true
                return .waiting
            }
        }
        finished = true
        return .ended(ending)
    }
}

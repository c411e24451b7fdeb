// SPDX-License-Identifier: Apache-2.0
// Both directions of a session, and what their ends mean together.

/// Stored in its session; moves only the flows that an event concerns.
struct Relay {
    enum Step {
        case waiting
        case usedUp
        /// Both directions ended well, and everything has been handed to the kernel.
        case done
        /// Tell `victim`, after what came before it, that `culprit` broke off (`how`).
        case abort(victim: Party, how: Ending)
    }
    enum Party: Sendable { case client, upstream }

    /// Which directions an event concerned.
    struct Due: OptionSet {
        let rawValue: UInt8
        static let up = Due(rawValue: 1)
        static let down = Due(rawValue: 2)
        static let all: Due = [.up, .down]

        mutating func add(_ news: News, from party: Party) {
            if news.contains(.gives) { insert(party == .client ? .up : .down) }
            if news.contains(.takes) { insert(party == .client ? .down : .up) }
        }
    }

    private var up = Flow()
    private var down = Flow()

    var bytesUp: UInt64 { up.delivered }
    var bytesDown: UInt64 { down.delivered }
    /// Whose end came first, once both directions have ended well.
    private(set) var endedFirst = Party.client
    /// One direction has ended; the other may go on.
    var isHalfClosed: Bool { up.finished != down.finished }

    mutating func move(
        _ due: Due, client: any Side, upstream: any Side, scratch: Scratch, pipes: PipePool
    ) -> Step {
        // A sink that died says why as a source, so then its other direction is read as well.
        var forth = up.standing
        if due.contains(.up) || down.sinkDead {
            forth = up.move(from: client, to: upstream, scratch: scratch, pipes: pipes)
        }
        var back = down.standing
        if due.contains(.down) || up.sinkDead {
            back = down.move(from: upstream, to: client, scratch: scratch, pipes: pipes)
            if down.sinkDead && !due.contains(.up) {
                forth = up.move(from: client, to: upstream, scratch: scratch, pipes: pipes)
            }
        }
        if down.finished && !up.finished { endedFirst = .upstream }
        if case .ended(let how) = forth, how != .clean {
            return .abort(victim: .upstream, how: how)
        }
        if case .ended(let how) = back, how != .clean {
            return .abort(victim: .client, how: how)
        }
        if up.finished && down.finished { return .done }
        // A side that ended well and aborts later is told by nobody else.
        if down.finished && upstream.aborted { return .abort(victim: .client, how: .reset) }
        if up.finished && client.aborted { return .abort(victim: .upstream, how: .reset) }
        if case .usedUp = forth { return .usedUp }
        if case .usedUp = back { return .usedUp }
        return .waiting
    }

    /// `isOpen`: both sides are there; until then what comes is parked.
    mutating func arrived(
        _ bytes: RawSpan, from side: any Side, client: any Side, upstream: (any Side)?,
        isOpen: Bool = true
    ) {
        if side === client {
            up.arrived(bytes, from: side, to: isOpen ? upstream : nil)
        } else {
            down.arrived(bytes, from: side, to: isOpen ? client : nil)
        }
    }

    mutating func release(to pipes: PipePool) {
        up.release(to: pipes)
        down.release(to: pipes)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Many pairs that send and receive all at once, by one thread: a thousand of them would want four
// thousand.

import Foundation

/// Each pair sends as many bytes each way, compares every one of them, and ends as it was told.
public final class Crowd {
    public enum Plan: CaseIterable, Sendable {
        case bothEnd, clientResets, upstreamResets
    }

    /// One end of a pair: what it sends, what it expects, how it ends.
    private final class End {
        let peer: Peer
        let sending: RandomStream
        let expecting: RandomStream
        let resets: Bool
        let expected: Ending
        /// Made and not yet taken by the socket.
        var rest: ArraySlice<UInt8> = []
        var toMake: Int
        var toCome: Int
        var isFinished = false
        var seen: Ending?

        init(
            _ peer: Peer, _ sending: RandomStream, _ expecting: RandomStream, bytes: Int,
            resets: Bool, expected: Ending
        ) {
            (self.peer, self.sending, self.expecting) = (peer, sending, expecting)
            (self.resets, self.expected) = (resets, expected)
            (toMake, toCome) = (bytes, bytes)
        }

        var hasSent: Bool { toMake == 0 && rest.isEmpty }
        /// Whoever resets sees no end: it has all bytes and then goes.
        var isDone: Bool { isFinished && (resets || seen != nil) }
        /// A reset throws away what our own kernel has not delivered yet; no event tells when.
        var waitsForItsKernel: Bool { resets && !isFinished && hasSent && toCome == 0 }
        var events: Int32 {
            let wantsBytes = resets ? toCome > 0 : seen == nil
            return isFinished && resets
                ? 0 : (hasSent ? 0 : Int32(POLLOUT)) | (wantsBytes ? Int32(POLLIN) : 0)
        }
    }

    private let ends: [End]
    private let chunk = 16384
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 16384, alignment: 16)

    public init(
        _ pairs: [Tunnel.Pair], bytes: Int, seed: UInt64, plan: (Int) -> Plan = { _ in .bothEnd }
    ) {
        ends = pairs.enumerated().flatMap { index, pair in
            let plan = plan(index)
            let up = seed &+ UInt64(index) &* 2
            return [
                End(
                    pair.client, RandomStream(seed: up), RandomStream(seed: up + 1), bytes: bytes,
                    resets: plan == .clientResets,
                    expected: plan == .upstreamResets ? .reset : .end),
                End(
                    pair.upstream, RandomStream(seed: up + 1), RandomStream(seed: up), bytes: bytes,
                    resets: plan == .upstreamResets,
                    expected: plan == .clientResets ? .reset : .end),
            ]
        }
    }

    deinit { room.deallocate() }

    /// Until all have ended; throws at the first byte or end that is wrong, and when nothing moves.
    public func run(patience: Duration = .seconds(30)) throws {
        var open = ends
        var deadline = Deadline.after(patience)
        while !open.isEmpty {
            if deadline.isOver { throw Failure("\(open.count) ends are stuck") }
            var wanted = open.map { pollfd(fd: $0.peer.fd, events: Int16($0.events), revents: 0) }
            let isShort = open.contains { $0.waitsForItsKernel }
            if poll(&wanted, nfds_t(wanted.count), isShort ? 2 : 1000) > 0 {
                deadline = .after(patience)
            }
            for (end, ready) in zip(open, wanted) {
                let events = Int32(ready.revents)
                if events & Int32(POLLOUT) != 0, !end.hasSent { try send(end) }
                if events & ~Int32(POLLOUT) != 0, end.events & Int32(POLLIN) != 0 {
                    try receive(end)
                }
                try finish(end)
            }
            open.removeAll { $0.isDone }
        }
    }

    private func send(_ end: End) throws {
        if end.rest.isEmpty {
            let count = min(chunk, end.toMake)
            try end.sending.next(count) { end.rest = Array($0)[...] }
            end.toMake -= count
        }
        let taken = try end.rest.withUnsafeBytes { try end.peer.sendNow($0) }
        end.rest = end.rest.dropFirst(taken)
    }

    private func receive(_ end: End) throws {
        switch try end.peer.receive(into: room) {
        case .bytes(let count):
            try demand(count <= end.toCome, "more than was sent, seed \(end.expecting.seed)")
            try end.expecting.compare(UnsafeRawBufferPointer(rebasing: room[..<count]))
            end.toCome -= count
        case .ended(let ending):
            try demand(end.toCome == 0, "\(ending) with \(end.toCome) bytes to come")
            try demand(ending == end.expected, "\(ending) instead of \(end.expected)")
            end.seen = ending
        }
    }

    /// FIN once all is sent; a reset once all has come and gone.
    private func finish(_ end: End) throws {
        guard !end.isFinished, end.hasSent else { return }
        if end.resets {
            guard end.toCome == 0, end.peer.unacknowledged == 0 else { return }
            end.peer.reset()
        } else if end.expected == .end {
            try end.peer.finishWriting()
        }
        end.isFinished = true
    }
}

// SPDX-License-Identifier: Apache-2.0
// In which order and when the addresses of a name are tried (RFC 8305): a decision without a clock.

/// The dial asks `next(now:)` after every event and does what it says.
struct HappyEyeballs: Sendable {
    enum Decision: Hashable, Sendable {
        /// Connect to `addresses[index]` now; it counts as started.
        case start(Int)
        /// Nothing to do before that time, or (nil) before one of those on their way has an answer.
        case wait(until: UInt64?)
        /// Every address has failed.
        case exhausted
    }

    private enum Attempt {
        case untried, trying, failed
    }

    /// In the order in which they are tried; indices of decisions and events point in here.
    let addresses: [SocketAddress]
    private var attempts: [Attempt]
    /// The one started last, while it has no answer; the next waits for it, but not for long.
    private var latest: Int?
    private var latestStart: UInt64 = 0
    /// How many were started, an address that was tried again each time.
    private(set) var started = 0

    /// `addresses` as the resolver ordered them: its first family goes first.
    init(_ addresses: [SocketAddress]) {
        let order = Self.interleaved(addresses).prefix(Limits.addressesPerDialMax)
        self.addresses = Array(order)
        attempts = Array(repeating: .untried, count: order.count)
    }

    mutating func next(now: UInt64) -> Decision {
        guard let index = attempts.firstIndex(of: .untried) else {
            return attempts.contains(.trying) ? .wait(until: nil) : .exhausted
        }
        if latest != nil {
            let due = latestStart + Limits.connectionAttemptDelay.nanoseconds
            if now < due { return .wait(until: due) }
        }
        attempts[index] = .trying
        latest = index
        latestStart = now
        started += 1
        return .start(index)
    }

    /// No connection, or none that is any good: the next one need not wait for it.
    mutating func failed(_ index: Int) {
        precondition(attempts[index] == .trying, "only what was started can fail")
        attempts[index] = .failed
        if latest == index { latest = nil }
    }

    /// This one is used and the others are given up; should it fail later (its TLS handshake),
    /// those that never had an answer are tried again.
    mutating func connected(_ index: Int) {
        precondition(attempts[index] == .trying, "only what was started can connect")
        for other in attempts.indices where other != index && attempts[other] == .trying {
            attempts[other] = .untried
        }
        latest = index
    }

    /// RFC 8305 §4: families take turns, beginning with the first; then the rest of the longer.
    static func interleaved(_ addresses: [SocketAddress]) -> [SocketAddress] {
        guard let family = addresses.first?.family else { return [] }
        let first = addresses.filter { $0.family == family }
        let second = addresses.filter { $0.family != family }
        var order: [SocketAddress] = []
        order.reserveCapacity(addresses.count)
        for turn in 0..<max(first.count, second.count) {
            if turn < first.count { order.append(first[turn]) }
            if turn < second.count { order.append(second[turn]) }
        }
        return order
    }
}

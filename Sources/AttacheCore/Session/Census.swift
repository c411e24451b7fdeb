// SPDX-License-Identifier: Apache-2.0
// Asking all sessions that run: how much they have carried, and the oldest of them who they are.

/// Goes through the workers as a message; sessions answer on their worker's thread.
final class Census: Sendable {
    /// What sessions have carried so far.
    struct Sum: Sendable {
        var open = 0
        var bytesUp: UInt64 = 0
        var bytesDown: UInt64 = 0
        /// Accepted by a listener; dialled for an upstream.
        var carriers = 0

        mutating func add(_ bytesUp: UInt64, _ bytesDown: UInt64) {
            open += 1
            self.bytesUp += bytesUp
            self.bytesDown += bytesDown
        }
    }
    private struct State {
        var listeners: [String: Sum] = [:]
        var upstreams: [String: Sum] = [:]
        var oldest: [SessionStatus] = []
        /// Younger ones are not among the oldest.
        var ageMin: UInt64 = 0
    }
    private let state = Monitor(State())
    /// Sessions that are described one by one.
    private let limit: Int
    let done: Countdown

    init(limit: Int, workers: Int) {
        self.limit = limit
        done = Countdown(workers)
    }

    /// A session answers. Its description is made only where it is among the oldest.
    ///
    /// - Parameter upstream: nil where it has not been dialled yet.
    func add(
        listener: String, upstream: String?, bytesUp: UInt64, bytesDown: UInt64, age: UInt64,
        description: () -> SessionStatus
    ) {
        let isWanted = state.withLock { state in
            state.listeners[listener, default: Sum()].add(bytesUp, bytesDown)
            if let upstream { state.upstreams[upstream, default: Sum()].add(bytesUp, bytesDown) }
            return limit > 0 && age >= state.ageMin
        }
        guard isWanted else { return }
        let status = description()
        state.withLock { state in
            state.oldest.append(status)
            // Sorting now and then, not at each answer.
            if state.oldest.count >= 2 * limit { Self.sort(&state, limit) }
        }
    }

    func add(carrierOf listener: String) {
        state.withLock { $0.listeners[listener, default: Sum()].carriers += 1 }
    }

    func add(carriersTo upstream: String, _ count: Int) {
        state.withLock { $0.upstreams[upstream, default: Sum()].carriers += count }
    }

    private static func sort(_ state: inout State, _ limit: Int) {
        state.oldest.sort { $0.ageNanoseconds > $1.ageNanoseconds }
        guard state.oldest.count > limit else { return }
        state.oldest.removeLast(state.oldest.count - limit)
        state.ageMin = state.oldest.last?.ageNanoseconds ?? 0
    }

    func listener(_ name: String) -> Sum { state.withLock { $0.listeners[name] ?? Sum() } }
    func upstream(_ name: String) -> Sum { state.withLock { $0.upstreams[name] ?? Sum() } }

    /// Oldest first.
    var oldest: [SessionStatus] {
        state.withLock { state in
            Self.sort(&state, limit)
            return state.oldest
        }
    }
}

/// Whoever has this number ends, as the operator wishes.
final class SessionClosing: Sendable {
    let session: UInt64
    let done = Countdown(1)
    private let found = Monitor(false)

    init(session: UInt64) {
        self.session = session
    }

    func closed() { found.withLock { $0 = true } }
    var wasFound: Bool { found.withLock { $0 } }
}

// SPDX-License-Identifier: Apache-2.0
// How many sessions one listener has, and what has become of the others, counted by all workers.

/// Touched twice a session. Of the listener of one name, through all generations.
final class ListenerTally: Sendable {
    private struct State {
        /// Open, or about to be.
        var occupied = 0
        var ended = TrafficStatus()
        var refused: UInt64 = 0
    }
    private let state = Monitor(State())

    /// Room for one more session; false: `limit` are open. `leave` gives it back.
    func reserve(limit: Int?) -> Bool {
        state.withLock { state in
            if let limit, state.occupied >= limit { return false }
            state.occupied += 1
            return true
        }
    }

    func leave() { state.withLock { $0.occupied -= 1 } }

    /// A session has ended.
    func count(_ record: SessionRecord) {
        state.withLock { $0.ended.count(record, handshake: record.ownClientTLS) }
    }

    /// An accepted carrier was secured.
    func count(carrier tls: SessionRecord.TLS) { state.withLock { $0.ended.count(handshake: tls) } }

    /// Somebody was turned away by the address.
    func refuse() { state.withLock { $0.refused += 1 } }

    /// Of sessions that have ended; and how many clients were turned away.
    var sums: (ended: TrafficStatus, refused: UInt64) {
        state.withLock { ($0.ended, $0.refused) }
    }
}

// SPDX-License-Identifier: Apache-2.0
// What a process has done so far, counted by its workers and read by anyone.

/// Counted once a session, at its end.
final class Tally: Sendable {
    struct Totals: Sendable {
        /// Handshakes are those with clients.
        var clients = TrafficStatus()
        /// The same sessions; handshakes are those with upstreams.
        var upstreams = TrafficStatus()
        /// Ended TLS without close_notify on either side, whatever the settings made of it.
        var truncated: UInt64 = 0
    }
    private let state = Monitor(Totals())

    var totals: Totals { state.withLock { $0 } }

    func count(_ record: SessionRecord, wasTruncated: Bool) {
        state.withLock { totals in
            if wasTruncated { totals.truncated += 1 }
            totals.clients.count(record, handshake: record.ownClientTLS)
            totals.upstreams.count(record, handshake: record.ownUpstreamTLS)
        }
    }

    /// A carrier was secured; its sessions count none.
    func countCarrier(_ tls: SessionRecord.TLS, withClient: Bool) {
        state.withLock { totals in
            if withClient {
                totals.clients.count(handshake: tls)
            } else {
                totals.upstreams.count(handshake: tls)
            }
        }
    }
}

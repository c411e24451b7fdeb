// SPDX-License-Identifier: Apache-2.0
// What a process has done so far, counted by its workers and read by anyone.

/// Counted once a session, at its end.
final class Tally: Sendable {
    struct Totals: Sendable {
        var sessions: UInt64 = 0
        var failed: UInt64 = 0
        /// Ended TLS without close_notify on either side, whatever the settings made of it.
        var truncated: UInt64 = 0
        var bytesUp: UInt64 = 0
        var bytesDown: UInt64 = 0
        var clientHandshakes: UInt64 = 0
        var clientResumed: UInt64 = 0
        var upstreamHandshakes: UInt64 = 0
        var upstreamResumed: UInt64 = 0
    }
    private let state = Monitor(Totals())

    var totals: Totals { state.withLock { $0 } }

    func count(_ record: SessionRecord, wasTruncated: Bool) {
        state.withLock { totals in
            totals.sessions += 1
            if wasTruncated { totals.truncated += 1 }
            if !record.isCompleted { totals.failed += 1 }
            totals.bytesUp += record.bytesUp
            totals.bytesDown += record.bytesDown
            if let tls = record.clientTLS {
                totals.clientHandshakes += 1
                if tls.resumed { totals.clientResumed += 1 }
            }
            if let tls = record.upstreamTLS {
                totals.upstreamHandshakes += 1
                if tls.resumed { totals.upstreamResumed += 1 }
            }
        }
    }
}

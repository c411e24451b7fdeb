// SPDX-License-Identifier: Apache-2.0
// Is a peer dead, or does it only not read? A verdict over what the kernel knows, without a clock.

/// A live peer may keep its window shut for an hour; TCP_USER_TIMEOUT would kill it (measured).
/// Dead is who has bytes of ours, has acknowledged nothing for `limit` with an open window, or has
/// left three window probes unanswered. Kept for each side; holds what must be remembered between
/// looks.
struct PeerLiveness {
    enum Verdict: Equatable {
        /// Everything we sent has arrived: no need to look again before something is sent.
        case settled
        case pending
        case dead
    }
    struct Sample {
        /// Sent and not acknowledged.
        var unacknowledgedSegments: UInt32
        /// In the send buffer, not yet sent.
        var unsentBytes: UInt32
        /// The peer's window; 0: shut.
        var window: UInt32
        var sinceLastAck: Duration
        var unansweredProbes: UInt32
    }
    /// When output was first seen to wait; an old last ACK proves nothing before that.
    private var pendingSince: UInt64?

    mutating func verdict(on sample: Sample, now: UInt64, limit: Duration) -> Verdict {
        if sample.unacknowledgedSegments == 0 && sample.unsentBytes == 0 {
            pendingSince = nil
            return .settled
        }
        let since = pendingSince ?? now
        pendingSince = since
        if sample.window == 0 {
            // The kernel spaces probes up to two minutes apart, so time proves nothing here.
            return sample.unansweredProbes >= Limits.unansweredProbesMax ? .dead : .pending
        }
        let limit = limit.nanoseconds
        let isSilent =
            sample.unacknowledgedSegments > 0 && now - since >= limit
            && sample.sinceLastAck.nanoseconds >= limit
        return isSilent ? .dead : .pending
    }
}

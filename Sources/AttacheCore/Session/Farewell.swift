// SPDX-License-Identifier: Apache-2.0
// An abort travels after what came before it: the wait for the send queues to drain.

/// Linger 0 throws away what is queued (3.9 MB sent, 113 KB arrived, measured), so the close waits
/// until nothing is queued or nothing has moved for `patience`.
struct Farewell {
    /// The close is a reset; otherwise the peer has been told in its own protocol.
    let isAbortive: Bool
    private let victims: [any Side]
    private let patience: UInt64
    private var undelivered = Int.max
    private var movedAt: UInt64
    private var pause = Limits.abortPollMin

    init(_ victims: [any Side], abortively: Bool, patience: Duration, now: UInt64) {
        self.victims = victims
        isAbortive = abortively
        self.patience = patience.nanoseconds
        movedAt = now
    }

    /// How long to wait before looking again; nil: close now.
    mutating func pause(now: UInt64) -> Duration? {
        let left = victims.reduce(0) { $0 + $1.undelivered }
        if left == 0 { return nil }
        if left < undelivered {
            undelivered = left
            movedAt = now
        }
        if now - movedAt >= patience { return nil }
        defer { pause = min(pause * 2, Limits.abortPollMax) }
        return pause
    }
}

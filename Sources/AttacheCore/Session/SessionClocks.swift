// SPDX-License-Identifier: Apache-2.0
// The times of one session, and which of its deadlines comes first.

/// Deadlines are coarse monotonic time; `start` and `secured` are exact, for the session line.
struct SessionClocks {
    let accepted: UInt64
    let start = Clock.now()
    let wallStart = Clock.wall()
    /// The client's handshake was done.
    var secured: UInt64?
    /// Of the phase before relaying.
    var deadline = UInt64.max
    /// The last byte, or the first end.
    var moved: UInt64
    /// Something was sent since everything was last seen to be acknowledged.
    var hasUnsettledOutput = false
    private var clientLiveness = PeerLiveness()
    private var upstreamLiveness = PeerLiveness()

    init(now: UInt64) {
        accepted = now
        moved = now
    }

    func earliest(_ deadline: UInt64, _ lifetime: Duration?) -> UInt64 {
        min(deadline, lifetime.map { accepted + $0.nanoseconds } ?? .max)
    }

    /// While relaying.
    func nextDeadline(_ settings: UpstreamSettings, isHalfClosed: Bool, now: UInt64) -> UInt64 {
        var next = earliest(.max, settings.lifetime)
        if let idle = settings.idleTimeout { next = min(next, moved + idle.nanoseconds) }
        if isHalfClosed, let limit = settings.halfCloseTimeout {
            next = min(next, moved + limit.nanoseconds)
        }
        if hasUnsettledOutput { next = min(next, now + settings.deadPeer.nanoseconds / 8) }
        return next
    }

    /// Nothing has moved for too long: how that end is told.
    func silence(_ settings: UpstreamSettings, isHalfClosed: Bool, now: UInt64)
        -> ((_ phase: String) -> SessionEnd)?
    {
        if isHalfClosed, let limit = settings.halfCloseTimeout, now >= moved + limit.nanoseconds {
            return {
                .decided(
                    .halfCloseTimeout, phase: $0,
                    "one direction had ended and the other did not move for \(limit.text) "
                        + "(half-close)")
            }
        }
        if let limit = settings.idleTimeout, now >= moved + limit.nanoseconds {
            return {
                .decided(.idleTimeout, phase: $0, "no byte moved for \(limit.text) (idle)")
            }
        }
        return nil
    }

    typealias Verdicts = (client: PeerLiveness.Verdict, upstream: PeerLiveness.Verdict)

    mutating func verdicts(
        _ client: any Side, _ upstream: (any Side)?, limit: Duration, now: UInt64
    ) -> Verdicts {
        (
            Self.verdict(on: client, &clientLiveness, limit, now),
            Self.verdict(on: upstream, &upstreamLiveness, limit, now)
        )
    }

    private static func verdict(
        on side: (any Side)?, _ liveness: inout PeerLiveness, _ limit: Duration, _ now: UInt64
    ) -> PeerLiveness.Verdict {
        guard let vitals = side?.socket?.vitals() else { return .settled }
        let sample = PeerLiveness.Sample(
            unacknowledgedSegments: vitals.unacknowledged_segments,
            unsentBytes: vitals.unsent_bytes, window: vitals.send_window,
            sinceLastAck: .milliseconds(Int64(vitals.last_ack_ms)),
            unansweredProbes: vitals.unanswered_probes)
        return liveness.verdict(on: sample, now: now, limit: limit)
    }
}

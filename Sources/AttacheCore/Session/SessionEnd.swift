// SPDX-License-Identifier: Apache-2.0
// How a session ended: who, while doing what, why, and whether a retry is safe.

struct SessionEnd {
    let reason: CloseReason
    let by: SessionRecord.Party
    /// "relaying", as it follows "while".
    let phase: String
    let message: String?

    /// As a client hears it that asked for its way by CONNECT.
    var refusal: Refusal { Refusal(reason: reason, message: message ?? reason.rawValue) }

    /// A Unix socket has no reset: its peer sees one only over bytes of its own that we have not
    /// read.
    var toldOverUnix: SessionEnd {
        SessionEnd(
            reason: reason, by: by, phase: phase,
            message: (message.map { $0 + "; " } ?? "") + "to a Unix socket an abort is a plain end")
    }

    /// One direction of the relay did not end well.
    static func broken(
        _ culprit: Relay.Party, _ how: Ending, side: any Side, phase: String
    ) -> SessionEnd {
        let who = culprit == .client ? "the client" : "the upstream"
        let by: SessionRecord.Party = culprit == .client ? .client : .upstream
        if let failure = side.failure {
            let reset: CloseReason = culprit == .client ? .clientReset : .upstreamReset
            let reason = failure.reason(otherwise: failure.kind == .reset ? reset : .tlsFailed)
            return SessionEnd(reason: reason, by: by, phase: phase, message: failure.message)
        }
        if how == .truncated {
            return SessionEnd(
                reason: culprit == .client ? .clientTruncated : .upstreamTruncated, by: by,
                phase: phase,
                message: "\(who) ended TLS without close_notify, so its last bytes may be missing: "
                    + "told as an abort; --unclean-end end takes it for a clean end")
        }
        let error = side.socket?.failure.map { ": \($0)" } ?? ""
        return SessionEnd(
            reason: culprit == .client ? .clientReset : .upstreamReset, by: by, phase: phase,
            message: "\(who) reset the connection\(error)")
    }

    static func dial(_ failure: DialFailure) -> SessionEnd {
        SessionEnd(
            reason: failure.reason, by: failure.isOurs ? .attache : .upstream,
            phase: failure.stage.rawValue, message: failure.message)
    }

    /// A client that did not get through the handshake.
    static func clientHandshake(_ failure: SideFailure) -> SessionEnd {
        let reason = failure.reason(otherwise: .handshakeFailed)
        return SessionEnd(
            reason: reason, by: .client, phase: Session.Phase.securingClient.doing,
            message: failure.message)
    }

    /// An end that we decide.
    static func decided(_ reason: CloseReason, phase: String, _ message: String) -> SessionEnd {
        SessionEnd(reason: reason, by: .attache, phase: phase, message: message)
    }
}

// SPDX-License-Identifier: Apache-2.0
// The seam: what a relay asks of the two ends of a session, whatever carries their bytes.

/// What a sink did with an offer. Fewer than offered: blocked, and the owner will be woken.
enum Offered {
    case took(Int)
    case dead
}

/// How far a side is on its way to carrying bytes. `alerted`: the peer has been told in its own
/// protocol, so its connection may end in an orderly way.
enum Opened {
    case ready
    case waiting
    case failed(SideFailure, alerted: Bool)
}

/// Why a side cannot open or has broken, for people and for the session's reason.
struct SideFailure: Error, Sendable {
    enum Kind: Sendable {
        /// We refused the peer's certificate; the peer refused ours; anything else.
        case certificateRefused, ownCertificateRefused, protocolFailure
        /// The connection under a stream is gone; the peer broke the stream off.
        case carrierLost, reset
        /// It did not come in time.
        case late
    }
    let kind: Kind
    let message: String

    /// As session lines tell it; what concerns no certificate is `otherwise`.
    func reason(otherwise: CloseReason) -> CloseReason {
        switch kind {
        case .certificateRefused: .certificateRefused
        case .ownCertificateRefused: .ownCertificateRefused
        case .carrierLost: .carrierLost
        case .late: .handshakeTimeout
        case .protocolFailure, .reset: otherwise
        }
    }
}

/// Why a client that asked for a way gets none.
struct Refusal {
    let reason: CloseReason
    /// For people at the other end: what happened and where.
    let message: String
}

/// One end of a session and what is known of how it ended.
///
/// Every verb is called on the worker's thread and never from inside a C callback. Whoever answers
/// less than was offered, no room, or "not yet" has in that same call made sure of a wake-up.
protocol Side: AnyObject {
    var owner: (any SideOwner)? { get set }
    /// Readiness of the descriptor; sends what is sealed, nothing else.
    func note(_ events: UInt32) -> News
    /// The TLS handshake, or whatever else comes before bytes.
    func open() -> Opened
    /// The upstream is there: a client that asked for it (by CONNECT) is told, others need no word.
    func accept()
    /// It is not, and will not be; the abort follows.
    func refuse(_ refusal: Refusal)

    // As a source.
    func pull(into room: inout OutputRawSpan) -> Pulled
    /// After a pull that gave bytes: another one now would give nothing.
    var dry: Bool { get }
    /// The sink took so many of the bytes that were pulled or pushed.
    func delivered(_ count: Int)

    // As a sink.
    /// How many of `wanted` bytes are worth pulling for it now; 0: the owner will be woken.
    func room(for wanted: Int) -> Int
    func offer(_ bytes: RawSpan) -> Offered
    /// FIN · close_notify · END_STREAM. false: not yet, and the owner will be woken.
    func finish() -> Bool

    // The ends.
    /// Sticky: it can neither give nor take any more.
    var aborted: Bool { get }
    /// No more offers will come: what is sealed goes out. `alerting`: the end is ours to explain,
    /// so an alert follows where the protocol has one; a reset that is passed on stays a reset.
    func abort(alerting: Bool)
    /// Bytes on their way to the peer; 0: `close(abortively: true)` loses nothing.
    var undelivered: Int { get }
    func close(abortively: Bool)

    // What the session wants to know.
    /// The socket underneath; nil where there is none of its own.
    var socket: Socket? { get }
    /// Its bytes are the socket's bytes, so the kernel may move them.
    var isPlain: Bool { get }
    /// What broke it, where more is known than "reset".
    var failure: SideFailure? { get }
    /// It ended without close_notify, whatever the settings make of that.
    var wasTruncated: Bool { get }
    var negotiated: TLSNegotiated? { get }
    /// Of a stream: its carrier, and what was asked for.
    var tunnel: SessionRecord.Tunnel? { get }
}

extension Side {
    func accept() {}
    func refuse(_ refusal: Refusal) {}
    var tunnel: SessionRecord.Tunnel? { nil }
}

/// The session, as its sides know it.
protocol SideOwner: AnyObject {
    /// Puts the owner on the ready list; never drives.
    func wake()
    /// A pushing side (a stream of a carrier) brings bytes: what the sink does not take is parked.
    func arrived(_ bytes: RawSpan, from side: any Side)
}

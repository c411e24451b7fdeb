// SPDX-License-Identifier: Apache-2.0
// One stream of a carrier, as a side: pushes as a source, frames what it is offered as a sink.

/// At the dialling end it begins with our CONNECT and waits for the answer; at the accepting end
/// with the peer's, and waits for ours.
final class StreamSide: Side {
    /// What became of the question.
    enum Outcome {
        case pending
        case established
        /// Answered with anything but 200.
        case refused(TunnelRefusal)
        /// The peer says that it has done nothing: safe to ask elsewhere.
        case unprocessed
        /// The carrier went, or the peer broke off, before there was an answer.
        case broken(SideFailure)
    }

    unowned(unsafe) var owner: (any SideOwner)?
    let carrier: Carrier
    let id: Int32
    let authority: String
    private(set) var outcome = Outcome.pending
    private var ending: Ending?
    /// nghttp2 knows the stream no more.
    private var isGone = false
    private var hasFinished = false
    private var isReset = false
    /// nghttp2 resets it, and not of the peer's own will.
    var isPeersMistake = false
    /// On the carrier's list of those that it wakes.
    var isStarved = false
    /// It has framed something since the carrier's starved were woken: others go first.
    var hasHadATurn = false
    private(set) var failure: SideFailure?

    /// Of a request of ours.
    init(of carrier: Carrier, id: Int32, authority: String, owner: any SideOwner) {
        self.carrier = carrier
        self.id = id
        self.authority = authority
        self.owner = owner
    }

    /// Of a request of the peer's.
    init(of carrier: Carrier, id: Int32, asking head: TunnelHead) {
        self.carrier = carrier
        self.id = id
        authority = head.authority
    }

    // MARK: what the carrier tells

    func answered(_ head: TunnelHead) {
        guard carrier.role == .client, case .pending = outcome else {
            // Trailers, behind a page that is for nobody.
            if case .refused = outcome { return }
            return misbehaved("sent HEADERS into an open tunnel, where only DATA may come")
        }
        // Informational ones precede the answer.
        if head.status < 200 { return }
        if head.isTooLarge {
            misbehaved(
                "answered with more than \(Limits.headerListBytesMax) bytes of header fields")
        } else if head.status == 200 {
            outcome = .established
        } else {
            outcome = .refused(TunnelRefusal(head))
        }
        owner?.wake()
    }

    func arrived(_ bytes: RawSpan) {
        let isStream = if case .refused = outcome { false } else { true }
        guard isStream, let owner, !isReset else {
            // The page behind a refusal is for nobody; nor is what comes after our end.
            if carrier.role == .client, case .refused(var refusal) = outcome {
                bytes.withUnsafeBytes { refusal.add($0) }
                outcome = .refused(refusal)
            }
            return delivered(bytes.byteCount)
        }
        owner.arrived(bytes, from: self)
    }

    func ended() {
        if ending == nil { ending = .clean }
        owner?.wake()
    }

    /// Against the rules of a tunnel (RFC 9113 §8.5), of which nghttp2 knows nothing.
    private func misbehaved(_ what: String) {
        let why = SideFailure(kind: .reset, message: "\(carrier.role.peer) \(what)")
        failure = failure ?? why
        if case .pending = outcome { outcome = .broken(why) }
        if ending == nil { ending = .reset }
        reset(.protocolError)
        owner?.wake()
    }

    func closed(_ code: UInt32) {
        if code != StreamError.none.rawValue || ending == nil {
            let (peer, name) = (carrier.role.peer, StreamError.name(code))
            let message =
                isPeersMistake
                ? "\(peer) broke the rules of HTTP/2 on the stream, and was told \(name)"
                : "\(peer) reset the stream: RST_STREAM(\(name))"
            failure = failure ?? SideFailure(kind: .reset, message: message)
        }
        if case .pending = outcome {
            outcome =
                code == StreamError.refusedStream.rawValue
                ? .unprocessed : .broken(failure ?? .carrier("the stream ended without an answer"))
        }
        gone()
    }

    func lost(_ why: SideFailure) {
        failure = failure ?? why
        if case .pending = outcome { outcome = .broken(why) }
        gone()
    }

    /// The carrier may be gone: whoever waits for an answer asks elsewhere.
    func giveUpWaiting(_ why: SideFailure) {
        guard case .pending = outcome else { return }
        outcome = .broken(why)
        owner?.wake()
    }

    private func gone() {
        // An abort after END_STREAM: all bytes were received.
        if ending == nil { ending = .reset }
        isGone = true
        owner?.wake()
    }

    // MARK: before bytes

    /// The peer's is ready when it comes; ours when it is answered, which its dial waits for.
    func open() -> Opened { .ready }

    func accept() {
        guard !isGone, case .pending = outcome else { return }
        outcome = .established
        carrier.accept(self)
    }

    func refuse(_ refusal: Refusal) {
        guard !isGone, carrier.role == .server, case .pending = outcome else { return }
        let answer = TunnelRefusal(refusal)
        outcome = .refused(answer)
        hasFinished = true
        carrier.refuse(self, answer.fields)
    }

    /// Nothing was done for it.
    func turnAway() {
        outcome = .unprocessed
        reset(.refusedStream)
    }

    // MARK: as a source

    func pull(into room: inout OutputRawSpan) -> Pulled { ending.map(Pulled.end) ?? .nothing }
    var dry: Bool { ending == nil }
    func delivered(_ count: Int) {
        if !isGone { carrier.consumed(self, count) }
    }

    // MARK: as a sink

    func room(for wanted: Int) -> Int {
        // The offer finds out.
        isGone ? wanted : carrier.room(on: self, for: wanted)
    }

    func offer(_ bytes: RawSpan) -> Offered {
        if isGone || isReset { return .dead }
        return .took(bytes.withUnsafeBytes { carrier.frame($0, on: self).taken })
    }

    func finish() -> Bool {
        if isGone || hasFinished || isReset { return true }
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        hasFinished = carrier.frame(nothing, on: self, isLast: true).hasEnded
        return hasFinished
    }

    // MARK: the ends

    var aborted: Bool { isGone && !hasFinished }

    /// RST_STREAM goes at once: the DATA before it is framed. CANCEL says that it was us.
    func abort(alerting: Bool) { reset(alerting ? .cancel : .connectError) }

    private func reset(_ code: StreamError) {
        if isGone || isReset { return }
        // A refusal ends its stream by itself; a reset in the same turn would overtake it.
        if case .refused = outcome, carrier.role == .server { return }
        isReset = true
        carrier.reset(self, code)
    }

    var undelivered: Int { 0 }

    func close(abortively: Bool) {
        if abortively || !hasFinished || ending == nil { reset(.connectError) }
        owner = nil
    }

    // MARK: what the session wants to know

    func note(_ events: UInt32) -> News { [] }
    var socket: Socket? { nil }
    var isPlain: Bool { false }
    var wasTruncated: Bool { false }
    var negotiated: TLSNegotiated? { carrier.negotiated }
    var tunnel: SessionRecord.Tunnel? {
        SessionRecord.Tunnel(carrier: carrier.number, authority: authority)
    }
}

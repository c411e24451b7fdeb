// SPDX-License-Identifier: Apache-2.0
// When a carrier asks whether its peer is there, gives up, or is of no more use: without a clock.

/// Times are coarse monotonic nanoseconds.
struct CarrierClocks {
    enum Verdict: Equatable {
        case fine
        /// By PING.
        case ask
        /// Asked along with a request, and no word for as long as a session may wait for that.
        case doubtful
        /// The peer has said nothing for so long after it was asked.
        case silent(Duration)
        /// No stream for longer than carriers are kept.
        case idle
        /// The first GOAWAY has had its time; the last one follows.
        case finalGoAway
    }
    private struct Question {
        let at: UInt64
        let patience: Duration
    }

    /// Of what comes before `open` and after the last stream; .max in between.
    private(set) var deadline: UInt64
    private let keepalive: UInt64
    private let idle: UInt64?
    private var heardAt: UInt64
    private var question: Question?
    private var doubtfulAt: UInt64?
    /// nil: it has streams.
    private var unusedSince: UInt64?
    private var goodbyeAt: UInt64?
    /// As the kernel measured it.
    private var roundTrip: UInt64 = 0
    /// Several streams have had bytes since then, and none could send.
    private var blockedSince: UInt64?
    private var congestedUntil: UInt64 = 0

    init(_ settings: CarrierSettings, idle: Duration?, deadline: UInt64, now: UInt64) {
        keepalive = settings.keepalive.nanoseconds
        self.idle = idle?.nanoseconds
        self.deadline = deadline
        heardAt = now
        unusedSince = now
    }

    mutating func opened(roundTrip: UInt64) {
        deadline = .max
        self.roundTrip = roundTrip
    }

    mutating func closing(by deadline: UInt64) { self.deadline = deadline }

    /// Whatever comes from the peer shows that it is there.
    mutating func heard(_ now: UInt64) {
        heardAt = now
        question = nil
        doubtfulAt = nil
    }

    /// `isForRequest`: a session waits for the answer, and will go elsewhere soon.
    mutating func asked(now: UInt64, _ patience: Duration, isForRequest: Bool = false) {
        question = Question(at: now, patience: patience)
        if isForRequest { doubtfulAt = now + Limits.carrierCheck.nanoseconds }
    }

    mutating func doubted() { doubtfulAt = nil }

    /// So long without a word that it is worth asking before something depends on it.
    func doubtsPeer(now: UInt64) -> Bool {
        question == nil && now >= heardAt + Limits.carrierTrusted.nanoseconds
    }

    mutating func isUsed(_ isUsed: Bool, now: UInt64) {
        unusedSince = isUsed ? nil : now
    }

    mutating func awaitGoodbye(now: UInt64) {
        goodbyeAt = now + Limits.goodbyePause.nanoseconds
    }

    mutating func saidGoodbye() { goodbyeAt = nil }

    func verdict(now: UInt64) -> Verdict {
        if let goodbyeAt, now >= goodbyeAt { return .finalGoAway }
        if let doubtfulAt, now >= doubtfulAt { return .doubtful }
        if let question {
            if now >= question.at + question.patience.nanoseconds {
                return .silent(question.patience)
            }
        } else if now >= heardAt + keepalive {
            return .ask
        }
        if let idle, let unusedSince, now >= unusedSince + idle { return .idle }
        return .fine
    }

    var nextDeadline: UInt64 {
        if deadline != .max { return deadline }
        var next = question.map { $0.at + $0.patience.nanoseconds } ?? heardAt + keepalive
        if let goodbyeAt { next = min(next, goodbyeAt) }
        if let doubtfulAt { next = min(next, doubtfulAt) }
        if let idle, let unusedSince { next = min(next, unusedSince + idle) }
        return next
    }

    // MARK: do streams stand in each other's way?

    /// So many streams have bytes and wait for what they share.
    mutating func blocked(_ streams: Int, now: UInt64) {
        if streams > 1, blockedSince == nil { blockedSince = now }
    }

    /// The connection's window is shut: that is no one stream's affair.
    mutating func exhausted(now: UInt64) {
        congestedUntil = now + Limits.congestionRemembered.nanoseconds
    }

    mutating func flows(now: UInt64) {
        if waitsLong(now) { exhausted(now: now) }
        blockedSince = nil
    }

    func isCongested(now: UInt64) -> Bool { now < congestedUntil || waitsLong(now) }

    private func waitsLong(_ now: UInt64) -> Bool {
        guard let blockedSince else { return false }
        return now >= blockedSince + max(roundTrip, Limits.headOfLineWait.nanoseconds)
    }
}

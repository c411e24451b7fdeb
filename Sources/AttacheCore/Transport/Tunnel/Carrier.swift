// SPDX-License-Identifier: Apache-2.0
// The life of an HTTP/2 connection that carries many sessions, in the order in which it happens.

/// securing → settling → open → draining → closing → closed.
///
/// Callbacks of nghttp2 only record; `act` walks their list after the call has returned, and only
/// there are streams told, which means the ready list. Nothing is framed that the socket has no
/// room for: what was framed is always taken.
///
/// Bounds: streams × stream window of bytes that are parked in sessions; sealed ciphertext as of
/// one TLS end; nghttp2 keeps 26 KiB a connection and 400 bytes a stream.
final class Carrier: Wakeable {
    enum Phase {
        /// TLS; a dialled one comes secured.
        case securing
        /// Until the peer's SETTINGS have come: a refused certificate shows only then.
        case settling
        case open
        /// No new streams; the others go on.
        case draining
        /// No streams; what is sealed leaves, and the peer's end is awaited.
        case closing
        case closed
    }

    /// Unique in the process.
    let number: UInt64
    let role: TLSRole
    let address: SocketAddress
    private let works: TunnelWorks
    private let settings: CarrierSettings
    private let end: TLSEnd
    private let inbox: CarrierInbox
    private var owner: (any CarrierOwner)?
    private var token = Token(raw: 0)
    private(set) var phase = Phase.securing
    private var frames: FrameSession?
    private var streams: [Int32: StreamSide] = [:]
    /// Woken when the connection's window opens or the socket drains.
    private var starved: [StreamSide] = []
    /// Refused by us; forgotten by force where the client does not end them.
    private var refused: [Int32] = []
    private var clocks: CarrierClocks
    private var isUnsettled = false
    private var isActing = false
    private var awaitsSocket = false
    /// What went wrong, where an end of the connection will not tell.
    private var complaint: String?
    /// Between the two GOAWAYs of `shutDown`.
    private var isSayingGoodbye = false
    /// As soon as it is open.
    private var mustShutDown = false
    /// A request waits too long for a word of the peer; ends with the next one.
    private var isInDoubt = false
    /// The deadline that has been let pass, to read what has come before it.
    private var excused: UInt64 = 0
    /// While closing: bytes on their way to the peer when last looked at.
    private var undelivered = Int.max
    /// Of the handshake; the same for all its streams.
    private(set) var negotiated: TLSNegotiated?

    /// A carrier over a connected socket; `begin` follows.
    ///
    /// - Parameter idle: a carrier without streams goes after so long; nil: never.
    init(
        over end: TLSEnd, to address: SocketAddress, settings: CarrierSettings, idle: Duration?,
        deadline: UInt64, works: TunnelWorks, owner: any CarrierOwner
    ) {
        self.end = end
        self.address = address
        self.settings = settings
        self.works = works
        self.owner = owner
        role = end.role
        number = TunnelWorks.nextNumber()
        inbox = CarrierInbox(works.record, end)
        clocks = CarrierClocks(settings, idle: idle, deadline: deadline, now: works.loop.now)
    }

    /// `token`: its slot, which hears of its socket.
    func begin(_ token: Token) {
        self.token = token
        works.loop.expect(by: clocks.nextDeadline)
        works.loop.wake(token)
    }

    var streamCount: Int { streams.count }

    func note(_ events: UInt32, part: Int) { _ = end.note(events) }
    func receive(_ message: any Sendable) {}

    func run() {
        switch phase {
        case .securing: secure()
        case .settling, .open, .draining: read()
        case .closing: linger()
        case .closed: break
        }
    }

    // MARK: securing

    private func secure() {
        switch end.open() {
        case .waiting: break
        case .failed(let why, _): lose(why)
        case .ready:
            begin()
            if phase == .settling { read() }
        }
    }

    private func begin() {
        negotiated = end.negotiated
        guard let frames = FrameSession(role, inbox, settings) else {
            return lose(.carrier("no memory for one more HTTP/2 connection"))
        }
        self.frames = frames
        phase = .settling
        clocks.heard(works.loop.now)
        pump()
    }

    // MARK: frames in

    private func read() {
        if awaitsSocket && canSend { wakeStarved() }
        for _ in 0..<Limits.pullsPerTurn {
            let (pulled, count) = works.scratch.fill(upTo: Scratch.capacity) {
                end.pull(into: &$0)
            }
            switch pulled {
            case .nothing: return settleLater()
            case .end(let how): return lose(explain(how))
            case .bytes:
                if count == 0 { continue }
                if !take(count) { return }
            }
        }
        settleLater()
        works.loop.wakeLater(token)
    }

    /// What the scratch holds; false: the carrier is no more.
    private func take(_ count: Int) -> Bool {
        clocks.heard(works.loop.now)
        let wasInDoubt = isInDoubt
        isInDoubt = false
        inbox.budget.refill(now: works.loop.now)
        let broken = works.scratch.withBytes(count) { bytes in
            bytes.withUnsafeBytes { frames?.receive($0) }
        }
        act()
        if wasInDoubt {
            owner?.carrier(self, isInDoubt: false)
            roomAgain()
        }
        if let broken {
            frames?.goAway(broken.code)
            pump()
            lose(.carrier("\(peer) does not speak HTTP/2 as it should: \(broken.message)"))
        } else if inbox.budget.isExceeded {
            frames?.goAway(.enhanceYourCalm)
            pump()
            lose(
                .carrier(
                    "\(peer) sent more than \(Limits.idleFramesBurst) frames that carry nothing"))
        }
        return frames != nil
    }

    /// Everything the callbacks recorded, in order.
    private func act() {
        if isActing { return }
        isActing = true
        defer { isActing = false }
        var at = 0
        while at < inbox.events.count {
            let event = inbox.events[at]
            at += 1
            switch event {
            case .head(let id, let index): head(id, inbox.heads[index])
            case .data(let id, let bytes, let count):
                guard let stream = streams[id] else {
                    frames?.consumed(id, count)
                    continue
                }
                stream.arrived(UnsafeRawBufferPointer(start: bytes, count: count).bytes)
            case .ended(let id): streams[id]?.ended()
            case .mistaken(let id): streams[id]?.isPeersMistake = true
            case .closed(let id, let code): closed(id, code)
            case .window(let id):
                if id == 0 { wakeStarved() } else { streams[id]?.owner?.wake() }
            case .settings: settled()
            case .pong(let isGoodbye): if isGoodbye { sayGoodbye() }
            case .goaway(let code): dismissed(code)
            case .complained(let code): complained(code)
            }
        }
        // A peer of many small frames must not leave a large list behind.
        inbox.events.removeAll(keepingCapacity: at <= Limits.carrierEventsKept)
        inbox.heads.removeAll()
    }

    private func head(_ id: Int32, _ head: TunnelHead) {
        if let stream = streams[id] { return stream.answered(head) }
        guard role == .server, frames != nil else { return }
        let stream = StreamSide(of: self, id: id, asking: head)
        streams[id] = stream
        clocks.isUsed(true, now: works.loop.now)
        owner?.carrier(self, brings: stream, asking: head)
    }

    private func closed(_ id: Int32, _ code: UInt32) {
        guard let stream = streams.removeValue(forKey: id) else { return }
        stream.closed(code)
        if stream.isStarved { starved.removeAll { $0 === stream } }
        if !streams.isEmpty { return roomAgain() }
        clocks.isUsed(false, now: works.loop.now)
        works.loop.expect(by: clocks.nextDeadline)
        if phase == .draining { settleLater() }
        roomAgain()
    }

    private func roomAgain() {
        if role == .client && phase == .open { owner?.carrierHasRoom(self) }
    }

    private func settled() {
        guard phase == .settling else {
            // Windows may have grown, of each stream and with no other word.
            wakeStarved()
            for stream in streams.values { stream.owner?.wake() }
            return roomAgain()
        }
        phase = .open
        clocks.opened(
            roundTrip: UInt64(end.socket.vitals()?.round_trip_us ?? 0) * 1000)
        works.loop.expect(by: clocks.nextDeadline)
        owner?.carrierOpened(self)
        if mustShutDown { shutDown() }
    }

    /// The peer wants no more streams; those that it will not serve nghttp2 closes by itself.
    private func dismissed(_ code: UInt32) {
        if code != StreamError.none.rawValue {
            complaint =
                "\(peer) gave the HTTP/2 connection up: GOAWAY(\(StreamError.name(code)))"
                + (inbox.farewell.isEmpty ? "" : ", \"\(inbox.farewell)\"")
        }
        retire()
    }

    private func complained(_ code: UInt32) {
        complaint =
            "\(peer) broke the rules of HTTP/2, and was told \(StreamError.name(code))"
            + (inbox.complaint.map { " (\($0))" } ?? "")
    }

    // MARK: streams

    /// One more stream fits, by our bounds and the peer's.
    var takesStreams: Bool {
        guard let frames, phase == .open, role == .client, !isInDoubt else { return false }
        return streams.count < min(settings.streamsMax, frames.peerStreamsMax)
    }

    /// The peer admits none at all for now.
    var isPaused: Bool { phase == .open && frames?.peerStreamsMax == 0 }

    /// Streams stand in each other's way; one slow reader is no sign of that.
    var isCongested: Bool { clocks.isCongested(now: works.loop.now) }

    /// Asks for `fields`; nil: the connection has no more streams.
    func open(_ fields: FieldList, authority: String, for owner: any SideOwner) -> StreamSide? {
        guard takesStreams, let frames else { return nil }
        // After a silence the peer may be gone: ask along with the request, not before it.
        if clocks.doubtsPeer(now: works.loop.now) { ask(isForRequest: true) }
        guard let id = frames.request(fields) else {
            retire()
            return nil
        }
        let stream = StreamSide(of: self, id: id, authority: authority, owner: owner)
        streams[id] = stream
        clocks.isUsed(true, now: works.loop.now)
        settleLater()
        return stream
    }

    /// The upstream behind an accepted stream is there.
    func accept(_ stream: StreamSide) {
        frames?.respond(stream.id, Self.ok, isLast: false)
        settleLater()
    }

    func refuse(_ stream: StreamSide, _ answer: FieldList) {
        frames?.respond(stream.id, answer, isLast: true)
        refused.append(stream.id)
        settleLater()
    }

    private static let ok = FieldList([(":status", "200")])

    func reset(_ stream: StreamSide, _ code: StreamError) {
        // A client that has its streams reset costs a dial each time (CVE-2025-8671).
        if role == .server && code == .protocolError { inbox.budget.spend() }
        frames?.reset(stream.id, code)
        settleLater()
    }

    func consumed(_ stream: StreamSide, _ count: Int) {
        frames?.consumed(stream.id, count)
        settleLater()
    }

    // MARK: frames out

    /// Decided before nghttp2 makes a frame: a frame once begun is never refused.
    private var canSend: Bool { frames != nil && end.canSeal }

    /// How much is worth pulling for a stream; 0: its owner will be woken.
    func room(on stream: StreamSide, for wanted: Int) -> Int {
        guard let frames else { return 0 }
        let window = canSend ? frames.room(on: stream.id) : 0
        let room = window > 0 ? end.room(for: min(window, wanted)) : 0
        if room == 0 { starve(stream) }
        return room
    }

    /// Frames as much of `bytes` as windows admit. `isLast`: and END_STREAM after them.
    ///
    /// - Returns: how many were taken, and whether END_STREAM was.
    func frame(
        _ bytes: UnsafeRawBufferPointer, on stream: StreamSide, isLast: Bool = false
    ) -> (taken: Int, hasEnded: Bool) {
        guard let frames, canSend else {
            starve(stream)
            return (0, false)
        }
        let record = works.record
        record.offer = OfferInHand(
            stream: stream.id, bytes: bytes.baseAddress, left: bytes.count,
            isScratch: works.scratch.holds(bytes.baseAddress), isLast: isLast)
        frames.resume(stream.id)
        pump()
        let taken = bytes.count - record.offer.left
        let hasEnded = record.offer.hasEnded
        if taken > 0 { stream.hasHadATurn = true }
        record.offer = OfferInHand()
        if taken < bytes.count || isLast != hasEnded { starve(stream) }
        return (taken, hasEnded)
    }

    /// Its wake-up: of a stream's own window, whose WINDOW_UPDATE will tell, nothing is kept; what
    /// all share tells the whole list.
    private func starve(_ stream: StreamSide) {
        guard let frames else { return }
        let isSocket = !canSend
        if !isSocket {
            if frames.connectionRoom > 0 && frames.room(on: stream.id) <= 0 { return }
            if frames.connectionRoom <= 0 { clocks.exhausted(now: works.loop.now) }
        }
        awaitsSocket = awaitsSocket || isSocket || end.room(for: 1) == 0
        if stream.isStarved { return }
        stream.isStarved = true
        starved.append(stream)
        clocks.blocked(starved.count, now: works.loop.now)
    }

    private func wakeStarved() {
        awaitsSocket = false
        if starved.isEmpty { return }
        clocks.flows(now: works.loop.now)
        let all = starved
        starved.removeAll(keepingCapacity: true)
        // Who got nothing of the last opening goes first, or the first in the list would get all.
        for stream in all where !stream.hasHadATurn { stream.owner?.wake() }
        for stream in all where stream.hasHadATurn { stream.owner?.wake() }
        for stream in all {
            stream.isStarved = false
            stream.hasHadATurn = false
        }
    }

    private func pump() {
        guard let frames else { return }
        frames.drain(into: works.record, for: end)
        if !inbox.events.isEmpty { settleLater() }
    }

    /// At the end of this loop turn.
    private func settleLater() {
        if isUnsettled { return }
        isUnsettled = true
        works.settleLater(self)
    }

    /// The end of a loop turn: what sessions asked for is framed.
    func settle() {
        isUnsettled = false
        guard frames != nil else { return }
        act()
        if canSend {
            pump()
            if !refused.isEmpty { forgetRefused() }
        }
        act()
        guard let frames else { return }
        if end.dead {
            // What the peer sent before is still to be read, and brings the end.
            if end.socket.readable { works.loop.wake(token) } else { lose(explain(.reset)) }
        } else if phase == .draining && streams.isEmpty {
            close()
        } else if frames.isOver {
            lose(.carrier(complaint ?? "\(peer) ended the HTTP/2 connection"))
        }
    }

    /// The answer has left; a client that does not end its half must not keep the stream.
    private func forgetRefused() {
        for id in refused where streams[id] != nil { frames?.reset(id, .none) }
        refused.removeAll(keepingCapacity: true)
        pump()
    }

    // MARK: is the peer there?

    func sweep(now: UInt64) -> UInt64 {
        switch phase {
        case .securing, .settling, .open, .draining:
            // The worker may have stood still, and the answer lies in the socket. Once: bytes that
            // trickle renew no deadline.
            let deadline = clocks.nextDeadline
            if now >= deadline && end.socket.readable && excused != deadline {
                excused = deadline
                works.loop.wake(token)
                return now + Limits.sweepPause.nanoseconds
            }
            judge(now)
        case .closing: if now >= clocks.deadline { waitOn(now) }
        case .closed: return .max
        }
        return phase == .closed ? .max : clocks.nextDeadline
    }

    private func judge(_ now: UInt64) {
        switch phase {
        case .securing:
            if now >= clocks.deadline {
                lose(.late("\(peer) did not finish the TLS handshake in time (handshake)"))
            }
        case .settling:
            if now >= clocks.deadline {
                lose(
                    .late(
                        "\(peer) sent no HTTP/2 SETTINGS in time (handshake); "
                            + "does it speak HTTP/2 there?"))
            }
        case .open, .draining: look(now)
        case .closing, .closed: break
        }
    }

    private func look(_ now: UInt64) {
        switch clocks.verdict(now: now) {
        case .fine: break
        case .ask: ask()
        case .doubtful: doubt()
        case .silent(let patience):
            lose(
                .carrier("\(peer) did not answer PING within \(patience.text) (keepalive-timeout)"))
        case .idle:
            if role == .client { retire() } else { shutDown() }
        case .finalGoAway: sayGoodbye()
        }
    }

    private func ask(isForRequest: Bool = false, isGoodbye: Bool = false) {
        frames?.ping(isGoodbye: isGoodbye)
        clocks.asked(
            now: works.loop.now, settings.keepaliveTimeout, isForRequest: isForRequest)
        works.loop.expect(by: clocks.nextDeadline)
        settleLater()
    }

    /// Sessions that wait for an answer ask elsewhere; those that run have `keepaliveTimeout`.
    private func doubt() {
        clocks.doubted()
        isInDoubt = true
        let why = SideFailure.carrier(
            "\(peer) did not answer PING within \(Limits.carrierCheck.text)")
        for stream in streams.values { stream.giveUpWaiting(why) }
        owner?.carrier(self, isInDoubt: true)
    }

    // MARK: the end

    /// No new streams; closes when the last one has ended.
    func retire() {
        guard phase == .open || phase == .settling else { return }
        phase = .draining
        owner?.carrierRetires(self)
        settleLater()
    }

    /// At the accepting end, in two steps: what the peer has on its way is still served.
    func shutDown() {
        switch phase {
        case .securing, .settling: mustShutDown = true
        case .open:
            frames?.announceShutdown()
            phase = .draining
            isSayingGoodbye = true
            clocks.awaitGoodbye(now: works.loop.now)
            ask(isGoodbye: true)
            owner?.carrierRetires(self)
        case .draining, .closing, .closed: break
        }
    }

    private func sayGoodbye() {
        clocks.saidGoodbye()
        guard isSayingGoodbye else { return }
        isSayingGoodbye = false
        frames?.goAway(.none)
        settleLater()
    }

    /// Every stream has ended as it should.
    private func close() {
        if isSayingGoodbye { return }
        frames?.goAway(.none)
        pump()
        finish(nil)
    }

    /// The connection is of no more use: all its streams hear of it as an abort.
    private func lose(_ why: SideFailure) {
        guard phase != .closing, phase != .closed else { return }
        act()
        finish(why)
    }

    private func finish(_ why: SideFailure?) {
        let wasOpen = phase == .open || phase == .draining
        phase = .closing
        works.record.forget(end)
        let lost = Array(streams.values)
        let sessions = lost.count { $0.owner != nil }
        streams = [:]
        starved = []
        // Nothing is fed to nghttp2 after its end.
        frames = nil
        for stream in lost { stream.lost(why ?? .carrier("the HTTP/2 connection was closed")) }
        _ = end.finish()
        undelivered = end.undelivered
        clocks.closing(by: works.loop.now + Limits.carrierLinger.nanoseconds)
        works.loop.expect(by: clocks.deadline)
        owner?.carrierClosed(self, why, lost: sessions, wasOpen: wasOpen)
        if end.aborted { vanish() } else { works.loop.wake(token) }
    }

    /// What is sealed leaves, then the peer's end is awaited: closing over what it still sends
    /// would reset what it has not read.
    private func linger() {
        let hasLeft = end.finish()
        for _ in 0..<Limits.pullsPerTurn {
            let (pulled, _) = works.scratch.fill(upTo: Scratch.capacity) { end.pull(into: &$0) }
            switch pulled {
            case .bytes: continue
            case .nothing:
                // Nothing tells when the kernel's queue is empty.
                if works.isStopping { works.loop.wake(token, after: Limits.abortPollMax) }
                if works.isStopping && hasLeft && end.undelivered == 0 { vanish() }
                return
            case .end(let how):
                // What is sealed may still leave, and nothing comes that could disturb it.
                if hasLeft || how == .reset { vanish() }
                return
            }
        }
        works.loop.wakeLater(token)
    }

    /// As long as something of ours still arrives.
    private func waitOn(_ now: UInt64) {
        let left = end.undelivered
        if left == 0 || left >= undelivered { return vanish() }
        undelivered = left
        clocks.closing(by: now + Limits.carrierLinger.nanoseconds)
    }

    private func vanish() {
        guard phase != .closed else { return }
        phase = .closed
        end.close(abortively: false)
        works.loop.release(token)
        owner?.carrierVanished(self)
        owner = nil
    }

    /// At once, whatever runs.
    func cut() {
        lose(.carrier("cut when attache was told to end at once"))
        vanish()
    }

    private var peer: String { role.peer }

    private func explain(_ how: Ending) -> SideFailure {
        if let failure = end.failure { return failure.side }
        if let complaint { return .carrier(complaint) }
        let error = end.socket.failure.map { ": \($0)" } ?? ""
        switch how {
        case .clean: return .carrier("\(peer) closed the HTTP/2 connection")
        case .truncated:
            return .carrier("\(peer) ended the HTTP/2 connection without close_notify")
        case .reset: return .carrier("\(peer) reset the HTTP/2 connection\(error)")
        }
    }
}

extension SideFailure {
    static func late(_ message: String) -> SideFailure {
        SideFailure(kind: .late, message: message)
    }

    static func carrier(_ message: String) -> SideFailure {
        SideFailure(kind: .carrierLost, message: message)
    }
}

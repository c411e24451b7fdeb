// SPDX-License-Identifier: Apache-2.0
// One TLS connection over one socket: handshake, records in and out of the worker's staging.

import COpenSSL
import Glibc

/// Serves `TLSSide`, and a carrier that speaks HTTP/2 inside TLS.
///
/// Bounds: `half` is about one record, since a receive asks for little more than its room; `sealed`
/// is what one staging held, and while it is not empty nothing more is taken.
final class TLSEnd {
    let socket: Socket
    let role: TLSRole
    private let context: TLSContext
    private let uncleanEnd: UncleanEnd
    /// Ours until deinit.
    private let ssl: OpaquePointer
    private let works: TLSWorks
    /// Ciphertext received and not yet opened; the count beside it needs no exclusivity check.
    private var half = ByteQueue()
    private var halfCount = 0
    /// Ciphertext that the socket did not take.
    private var sealed = ByteQueue()
    private var sealedCount = 0
    /// SSL_read said so: without new ciphertext asking again is useless.
    private var wantsInput = true
    private var ended: Ending?
    private var isOpen = false
    private var saidGoodbye = false
    private var isClosed = false
    /// The socket takes nothing any more.
    private(set) var dead = false
    private(set) var wasTruncated = false
    private(set) var failure: TLSFailure?
    /// Tickets that the peer sent; for whoever keeps them.
    var keepTicket: ((OpaquePointer) -> Void)?

    /// nil: OpenSSL has no memory for it.
    init?(
        _ socket: Socket, role: TLSRole, context: TLSContext, serverName: String?,
        works: TLSWorks
    ) {
        guard let ssl = context.connection(inbox: works.inbox, serverName: serverName) else {
            return nil
        }
        self.socket = socket
        self.role = role
        self.context = context
        self.ssl = ssl
        self.works = works
        uncleanEnd = context.shared.uncleanEnd
        BIO_up_ref(works.bio)
        SSL_set_bio(ssl, works.bio, works.bio)
    }

    deinit { TLSContext.free(ssl) }

    /// A session to resume, before the handshake; takes over the caller's reference.
    func resume(_ session: OpaquePointer) {
        SSL_set_session(ssl, session)
        SSL_SESSION_free(session)
    }

    var negotiated: TLSNegotiated? { isOpen ? TLSNegotiated(ssl) : nil }

    func note(_ events: UInt32) -> News {
        let news = socket.note(events)
        if socket.writable && sealedCount != 0 {
            flush()
            return .both
        }
        return news
    }

    // MARK: the handshake

    func open() -> Opened {
        if isOpen { return .ready }
        works.own(self)
        works.inbox.pointee.refusal = nil
        let end = feed(Limits.recordBytesMax)
        let staged = works.staging.pointee.outCount
        let result = SSL_do_handshake(ssl)
        let why = SSL_get_error(ssl, result)
        if result == 1 { return opened() }
        if why == SSL_ERROR_WANT_READ {
            unfeed()
            flush()
            guard let end else { return .waiting }
            return broken(
                SideFailure(kind: .protocolFailure, message: role.lostInHandshake(end, socket)),
                alerted: false)
        }
        let failure = explained
        self.failure = failure
        let alerted = works.staging.pointee.outCount > staged
        unfeed()
        flush()
        return broken(failure.side, alerted: alerted && !dead)
    }

    private func opened() -> Opened {
        if role == .server, SSL_session_reused(ssl) == 1,
            let refusal = context.refusesResumed(ssl)
        {
            unfeed()
            let alerted = sendFatalAlert(ssl)
            flush()
            return broken(
                SideFailure(kind: .certificateRefused, message: refusal.message), alerted: alerted)
        }
        unfeed()
        isOpen = true
        keepTickets()
        // Tickets and the last flight stay staged: they leave with the first data or at the turn's
        // end. OpenSSL keeps the buffer that tickets were written from unless it is told
        // (measured).
        SSL_free_buffers(ssl)
        wantsInput = halfCount == 0
        return .ready
    }

    /// Right after the call that failed, while what it was fed is still staged.
    private var explained: TLSFailure {
        let staging = works.staging.pointee
        return TLSFailure.explain(
            ssl, works.inbox, role: role, context: context,
            received: UnsafeRawBufferPointer(start: staging.input, count: staging.inCount))
    }

    private func broken(_ failure: SideFailure, alerted: Bool) -> Opened {
        ended = .reset
        return .failed(failure, alerted: alerted)
    }

    // MARK: ciphertext in

    /// What was left over, then what the socket has, into the in-staging.
    private func feed(_ wanted: Int) -> Ending? {
        let staging = works.staging
        staging.pointee.inAt = 0
        staging.pointee.inCount = halfCount
        if halfCount != 0 {
            half.withBytes { bytes in
                bytes.withUnsafeBytes { bytes in
                    if let base = bytes.baseAddress {
                        memcpy(staging.pointee.input, base, bytes.count)
                    }
                }
            }
            half = ByteQueue()
            halfCount = 0
        }
        guard socket.readable else { return nil }
        let have = staging.pointee.inCount
        // A little more than the room, and never less than completes a record. What is left over
        // from before counts, or a slow sink would let it grow pull by pull.
        let wanted = max(wanted + wanted / 512 + 64, Limits.recordBytesMax)
        let asked = min(wanted, Staging.capacity) - have
        guard asked > 0 else { return nil }
        let buffer = UnsafeMutableRawBufferPointer(
            start: staging.pointee.input + have, count: asked)
        var room = OutputRawSpan(buffer: buffer, initializedCount: 0)
        let got = socket.receive(into: &room)
        let count = room.finalize(for: buffer)
        if count > 0 {
            staging.pointee.inCount += count
            wantsInput = false
        }
        if case .end(let how) = got { return how }
        return nil
    }

    /// What was not opened waits with its end: the staging belongs to the next one.
    private func unfeed() {
        let staging = works.staging
        let rest = staging.pointee.inCount - staging.pointee.inAt
        if rest > 0 {
            half.append(
                UnsafeRawBufferPointer(
                    start: staging.pointee.input + staging.pointee.inAt, count: rest
                ).bytes)
            halfCount += rest
        }
        staging.pointee.inAt = 0
        staging.pointee.inCount = 0
    }

    func pull(into room: inout OutputRawSpan) -> Pulled {
        if let ended { return .end(ended) }
        guard socket.readable || !wantsInput else { return .nothing }
        works.own(self)
        let end = feed(room.freeCapacity)
        let got = room.withUnsafeMutableBytes { buffer, count in
            if let base = buffer.baseAddress { read(base, buffer.count, &count) }
            return count
        }
        unfeed()
        keepTickets()
        if wantsInput && ended == nil, let end { ended = meaning(of: end) }
        if let ended, got == 0 { return .end(ended) }
        // Tickets may be all that was received: there is more behind them, and no event will tell.
        return got > 0 || socket.readable ? .bytes : .nothing
    }

    /// Opens records into `base[count..<capacity]`.
    private func read(_ base: UnsafeMutableRawPointer, _ capacity: Int, _ count: inout Int) {
        while count < capacity && !wantsInput {
            let asked = min(capacity - count, Int(Int32.max))
            let result = SSL_read(ssl, base + count, Int32(asked))
            if result > 0 {
                count += Int(result)
                // A record that left room is consumed, and nothing is staged: asking would find
                // nothing. Exact while OpenSSL's read-ahead is off.
                let isDrained = works.staging.pointee.inAt == works.staging.pointee.inCount
                if Int(result) < asked && isDrained { wantsInput = true }
                continue
            }
            wantsInput = true
            switch SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ: break
            case SSL_ERROR_ZERO_RETURN: ended = .clean
            default:
                failure = explained
                ended = .reset
            }
        }
    }

    /// The socket has ended and TLS has not said so.
    private func meaning(of end: Ending) -> Ending {
        guard end == .clean else { return end }
        wasTruncated = true
        return uncleanEnd == .end ? .clean : .truncated
    }

    private func keepTickets() {
        if works.inbox.pointee.tickets.isEmpty { return }
        for ticket in works.inbox.pointee.tickets {
            if let keepTicket { keepTicket(ticket) } else { SSL_SESSION_free(ticket) }
        }
        works.inbox.pointee.tickets.removeAll(keepingCapacity: true)
        SSL_free_buffers(ssl)
    }

    /// After a pull that gave bytes: another would give nothing.
    var dry: Bool { wantsInput && !socket.readable && ended == nil }

    // MARK: ciphertext out

    func room(for wanted: Int) -> Int {
        dead || sealedCount != 0 ? 0 : socket.room(for: wanted)
    }

    /// The socket takes what is sealed now, as far as is known.
    var canSeal: Bool { !dead && sealedCount == 0 && socket.writable }

    /// Seals into the out-staging, which leaves when it is full, when another end needs it, or at
    /// the end of the turn. `isCommitted`: room was asked for before, so all of it is taken.
    func offer(_ bytes: UnsafeRawBufferPointer, isCommitted: Bool = false) -> Offered {
        if dead { return .dead }
        guard sealedCount == 0 || isCommitted, let base = bytes.baseAddress else {
            return .took(0)
        }
        works.own(self)
        var done = 0
        while done < bytes.count {
            if works.staging.pointee.outRoom < Limits.recordBytesMax {
                flush()
                if dead { return .dead }
                if sealedCount != 0 && !isCommitted { break }
            }
            let records = max(works.staging.pointee.outRoom / Limits.recordBytesMax, 1)
            let count = min(bytes.count - done, records * 16_384)
            let result = SSL_write(ssl, base + done, Int32(count))
            if result <= 0 {
                // After a fatal alert nothing can be sealed; what broke TLS says so as a source.
                ERR_clear_error()
                dead = true
                return .dead
            }
            done += Int(result)
        }
        return .took(done)
    }

    /// Sends what is sealed, older first. What the socket does not take stays `sealed`.
    func flush() {
        if works.isOwner(self) { sendStaged() }
        while sealedCount != 0 && !dead && socket.writable {
            let sent = sealed.withBytes { bytes in bytes.withUnsafeBytes { socket.send($0) } }
            guard let sent else { return die() }
            sealed.drop(sent)
            sealedCount -= sent
        }
    }

    private func sendStaged() {
        let staged = UnsafeRawBufferPointer(
            start: works.staging.pointee.output, count: works.staging.pointee.outCount)
        if staged.isEmpty { return }
        works.staging.pointee.outCount = 0
        if dead { return }
        var sent = 0
        if sealedCount == 0 {
            guard let taken = socket.send(staged) else { return die() }
            sent = taken
        }
        if sent < staged.count {
            sealed.append(UnsafeRawBufferPointer(rebasing: staged[sent...]).bytes)
            sealedCount += staged.count - sent
        }
    }

    private func die() {
        dead = true
        sealed = ByteQueue()
        sealedCount = 0
    }

    // MARK: the end

    /// close_notify, and FIN behind it; false: not all has left yet.
    func finish() -> Bool {
        if dead { return true }
        if !saidGoodbye {
            saidGoodbye = true
            works.own(self)
            SSL_shutdown(ssl)
        }
        flush()
        guard sealedCount == 0 || dead else { return false }
        socket.shutdownWrite()
        return true
    }

    var aborted: Bool { dead || socket.aborted || failure != nil }

    /// A fatal alert, where the protocol and the library's public API have one for us.
    func abort(alerting: Bool) {
        if alerting && isOpen && !dead && !saidGoodbye && failure == nil && !socket.aborted {
            works.own(self)
            _ = sendFatalAlert(ssl)
            ERR_clear_error()
        }
        flush()
    }

    var undelivered: Int { dead ? 0 : sealedCount + socket.unacknowledged }

    func close(abortively: Bool) {
        if isClosed { return }
        isClosed = true
        works.forget(self)
        if abortively { socket.lingerZero() } else { socket.discardReceived() }
        dead = true
    }
}

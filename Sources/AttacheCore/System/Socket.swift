// SPDX-License-Identifier: Apache-2.0
// A non-blocking stream socket: its readiness as edge-triggered epoll told it, and how it ended.

import CLinux
import Glibc

/// How one direction of a stream ended.
enum Ending: Sendable, Equatable {
    case clean, truncated, reset
}

/// What a pull brought. `bytes`: they lie in the room that was lent; none of them means that there
/// is more to ask for, and nobody else will say so.
enum Pulled {
    case bytes, nothing
    case end(Ending)
}

/// What an event may change: as a source, as a sink.
struct News: OptionSet {
    let rawValue: UInt8
    static let gives = News(rawValue: 1)
    static let takes = News(rawValue: 2)
    static let both: News = [.gives, .takes]
}

/// A final class, not a ~Copyable struct: its fields are then instant accesses, and the compiler
/// drops twenty exclusivity checks a request (measured).
///
/// Registered once with IN|OUT|RDHUP|ET. `readable` is cleared only where the kernel has proved
/// that nothing is left: by EAGAIN, or by a short read while no hang-up was told. `writable`
/// likewise.
final class Socket {
    let descriptor: Descriptor
    let isUnix: Bool
    private(set) var readable = false
    private(set) var writable = false
    /// With RDHUP a short read proves nothing: the FIN is still to be read.
    private(set) var hungUp = false
    /// Sticky: the kernel tells an RST once (SO_ERROR, or one failing call), and the next recv
    /// returns 0 like a clean end. Whoever sees it first sets this; a later 0 is then never an end.
    private(set) var aborted = false
    /// The errno that came with the abort, where a call saw it.
    private(set) var failure: Errno?

    init(_ descriptor: consuming Descriptor, isUnix: Bool) {
        self.descriptor = descriptor
        self.isUnix = isUnix
    }

    var raw: Int32 { descriptor.raw }

    /// Takes the events of one epoll report.
    func note(_ events: UInt32) -> News {
        let gone = EPOLLHUP.rawValue | EPOLLERR.rawValue
        let hang = EPOLLRDHUP.rawValue | gone
        var news: News = []
        if events & (EPOLLIN.rawValue | hang) != 0 {
            readable = true
            news.insert(.gives)
        }
        if events & (EPOLLOUT.rawValue | gone) != 0 {
            if !writable { news.insert(.takes) }
            writable = true
        }
        if events & hang != 0 {
            hungUp = true
            news = .both
        }
        if events & EPOLLERR.rawValue != 0 { aborted = true }
        return news
    }

    // MARK: as a source

    /// Reads once into the room that is left.
    func receive(into room: inout OutputRawSpan) -> Pulled {
        guard readable else { return .nothing }
        let asked = room.freeCapacity
        precondition(asked > 0, "a receive without room would look like an end")
        while true {
            let got = room.withUnsafeMutableBytes { buffer, count in
                // `asked` bytes behind `count` are the free part of the span.
                let got = buffer.baseAddress.map { recv(raw, $0 + count, asked, 0) } ?? 0
                if got > 0 { count += got }
                return got
            }
            if got > 0 {
                if got < asked && !hungUp { readable = false }
                return .bytes
            }
            if got == 0 { return .end(aborted ? .reset : .clean) }
            if let answer = failed(errno) { return answer }
        }
    }

    /// Moves bytes into an empty pipe. Only EAGAIN proves that nothing is left: a pipe has slots,
    /// and a short splice may only mean that they are full.
    func splice(into pipe: Pipe) -> Pulled {
        guard readable else { return .nothing }
        precondition(pipe.count == 0, "EAGAIN would be ambiguous")
        while true {
            let moved = clinux_splice(raw, pipe.writeEnd.raw, pipe.capacity)
            if moved > 0 {
                pipe.count += moved
                return .bytes
            }
            if moved == 0 { return .end(aborted ? .reset : .clean) }
            if let answer = failed(errno) { return answer }
        }
    }

    /// nil: interrupted, try again.
    private func failed(_ code: Int32) -> Pulled? {
        switch code {
        case EINTR: return nil
        case EAGAIN:
            readable = false
            return .nothing
        default:
            die(of: code)
            return .end(.reset)
        }
    }

    // MARK: as a sink

    /// Sends what fits; nil when the socket is dead.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard writable, let base = bytes.baseAddress else { return 0 }
        while true {
            let sent = Glibc.send(raw, base, bytes.count, Int32(MSG_NOSIGNAL))
            if sent >= 0 {
                if sent < bytes.count { writable = false }
                return sent
            }
            if errno == EINTR { continue }
            if errno == EAGAIN {
                writable = false
                return 0
            }
            die(of: errno)
            return nil
        }
    }

    /// Empties a pipe into the socket as far as it takes; false when the socket is dead.
    func splice(outOf pipe: Pipe) -> Bool {
        while pipe.count > 0 && writable {
            let moved = clinux_splice(pipe.readEnd.raw, raw, pipe.count)
            if moved > 0 {
                pipe.count -= moved
            } else if moved == 0 || errno == EAGAIN {
                writable = false
            } else if errno != EINTR {
                die(of: errno)
                return false
            }
        }
        return true
    }

    /// How many of `wanted` bytes are worth pulling for this sink now.
    ///
    /// What it does not take must wait in memory of ours, so a large pull is fitted to the space
    /// that the send buffer has: a reader that stops in mid-stream then pins little. Small pulls do
    /// not ask.
    func room(for wanted: Int) -> Int {
        if !writable { return 0 }
        if wanted <= Limits.pullBytesUnasked || isUnix { return wanted }
        let record = Limits.recordPlaintextBytes
        return min(wanted, max(sendRoom / record * record, Limits.pullBytesUnasked))
    }

    private func die(of code: Int32) {
        aborted = true
        if failure == nil { failure = Errno(code) }
    }

    func shutdownWrite() { _ = clinux_shutdown_write(raw) }

    // MARK: what the kernel knows

    /// The outcome of a non-blocking connect; nil is success.
    func connectError() -> Errno? {
        let code = clinux_socket_error(raw)
        if code == 0 { return nil }
        die(of: code < 0 ? errno : code)
        return failure
    }

    /// Bytes that the peer's kernel has not acknowledged (on a Unix socket: that the peer has not
    /// read).
    var unacknowledged: Int { aborted ? 0 : max(0, Int(clinux_unacknowledged(raw))) }

    /// Free space of the send buffer as the kernel accounts it; it grows with the path.
    var sendRoom: Int { max(0, Int(clinux_send_room(raw))) }

    /// nil for a Unix socket: there is no wire to lose its peer on.
    func vitals() -> clinux_vitals? {
        if isUnix { return nil }
        var vitals = clinux_vitals()
        return clinux_tcp_vitals(raw, &vitals) == 0 ? vitals : nil
    }

    // MARK: options and the end

    /// Small answers leave at once; quiet peers are probed.
    static func prepare(_ raw: Int32) {
        _ = clinux_set_int(raw, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        _ = clinux_set_int(raw, SOL_SOCKET, SO_KEEPALIVE, 1)
        _ = clinux_set_int(raw, Int32(IPPROTO_TCP), TCP_KEEPIDLE, Limits.keepaliveIdleSeconds)
        _ = clinux_set_int(raw, Int32(IPPROTO_TCP), TCP_KEEPINTVL, Limits.keepaliveIntervalSeconds)
        _ = clinux_set_int(raw, Int32(IPPROTO_TCP), TCP_KEEPCNT, Limits.keepaliveProbes)
    }

    /// The close to come sends an RST. Only once nothing is queued: linger 0 throws away what is.
    func lingerZero() { _ = clinux_linger_zero(raw) }

    /// Received bytes that nobody will read: a close over them would send an RST, and that RST can
    /// overtake what we sent last.
    func discardReceived() {
        if isUnix || !readable { return }
        var left = 16
        while left > 0 && clinux_discard(raw, 1 << 20) > 0 { left -= 1 }
    }
}

// SPDX-License-Identifier: Apache-2.0
// One end of a connection, plain or TLS, for tests: blocking calls with deadlines, and every way to
// end a stream.

import CLinux
import Foundation

/// Two threads may use a peer at once, one to send and one to receive.
public final class Peer: @unchecked Sendable {
    public let fd: Int32
    public private(set) var tls: TLSStream?
    private let lock = NSLock()
    private var isClosed = false
    private var earlyEnding: Ending?

    /// How long any one call may make no progress at all.
    public var patience = Duration.seconds(30)

    init(fd: Int32) {
        self.fd = fd
        clinux_set_int(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
    }

    deinit { close() }

    public static func connect(
        to endpoint: Endpoint, tls context: TLSContext? = nil, receiveBuffer: Int32? = nil,
        session: TLSSession? = nil, from source: Endpoint? = nil,
        within limit: Duration = .seconds(10)
    ) throws -> Peer {
        let peer = Peer(fd: try checked("socket", clinux_socket(endpoint.family)))
        if let source {
            try checked("bind \(source)", source.withAddress { clinux_bind(peer.fd, $0, $1) })
        }
        if let receiveBuffer { clinux_set_int(peer.fd, SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        let deadline = Deadline.after(limit)
        while true {
            if try endpoint.withAddress({ clinux_connect(peer.fd, $0, $1) }) == 0 { break }
            if errno == EINPROGRESS {
                try peer.wait(for: POLLOUT, until: deadline)
                let error = clinux_socket_error(peer.fd)
                // Connected and reset before we looked: that is the first thing its reader sees.
                if error == ECONNRESET { peer.earlyEnding = .reset }
                if error != 0, error != ECONNRESET {
                    throw Failure.system("connect to \(endpoint)", error)
                }
                break
            }
            // A Unix listener with a full backlog; there is no event for it.
            guard errno == EAGAIN, !deadline.isOver else {
                throw Failure.system("connect to \(endpoint)")
            }
            usleep(1000)
        }
        if let context { try peer.secure(context, session: session, until: deadline) }
        return peer
    }

    /// Does the TLS handshake, in the context's role.
    public func secure(
        _ context: TLSContext, session: TLSSession? = nil, until deadline: Deadline
    ) throws {
        let stream = try TLSStream(context, fd: fd, session: session)
        tls = stream
        try stream.handshake { try self.wait(for: $0, until: deadline) }
    }

    // MARK: Bytes

    public func send(_ text: String) throws { try send(Array(text.utf8)) }

    public func send(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try send($0) } }

    public func send(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            let sent = try write(rest)
            if sent > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[sent...])
            }
        }
    }

    /// Sends what the socket takes now; 0 when it takes nothing.
    public func sendNow(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        if let tls { return try tls.write(bytes).0 }
        let sent = Glibc.send(fd, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if sent >= 0 { return sent }
        if errno == EAGAIN || errno == EINTR { return 0 }
        throw Failure.system("send")
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        if let tls {
            let (sent, event) = try tls.write(bytes)
            if sent == 0 { try wait(for: event, until: .after(patience)) }
            return sent
        }
        let sent = try sendNow(bytes)
        if sent == 0 { try wait(for: POLLOUT, until: .after(patience)) }
        return sent
    }

    /// At least one byte, or the end.
    public func receive(into room: UnsafeMutableRawBufferPointer) throws -> Received {
        if let earlyEnding { return .ended(earlyEnding) }
        while true {
            if let tls {
                switch try tls.read(into: room) {
                case .done(let received): return received
                case .wait(let event): try wait(for: event, until: .after(patience))
                }
                continue
            }
            let count = recv(fd, room.baseAddress, room.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .ended(.end) }
            switch errno {
            case EAGAIN: try wait(for: POLLIN, until: .after(patience))
            case EINTR: continue
            case ECONNRESET: return .ended(.reset)
            default: throw Failure.system("recv")
            }
        }
    }

    // MARK: Ends

    /// Ends our direction and keeps the other: FIN; on TLS a close_notify, then FIN where asked.
    public func finishWriting(fin: Bool = true) throws {
        if let tls { try tls.closeNotify { try self.wait(for: $0, until: .after(self.patience)) } }
        if tls == nil || fin { try checked("shutdown", clinux_shutdown_write(fd)) }
    }

    /// FIN without the close_notify that TLS wants, as of a cable that a middlebox cut.
    public func truncate() throws {
        precondition(tls != nil, "only TLS can be truncated")
        try checked("shutdown", clinux_shutdown_write(fd))
    }

    /// RST on TCP; a Unix socket has none and just closes.
    public func reset() {
        clinux_linger_zero(fd)
        close()
    }

    /// Wakes a thread that still reads from somebody who cannot be heard any more.
    public func abandon() { shutdown(fd, Int32(SHUT_RDWR)) }

    public func close() {
        lock.withLock {
            if !isClosed { Glibc.close(fd) }
            isClosed = true
        }
    }

    func wait(for event: Int32, until deadline: Deadline) throws {
        var wanted = pollfd(fd: fd, events: Int16(event), revents: 0)
        while true {
            let count = poll(&wanted, 1, deadline.milliseconds)
            if count > 0 { return }
            if count < 0, errno != EINTR { throw Failure.system("poll") }
            if deadline.isOver {
                throw Failure("a peer waited too long for \(event == POLLIN ? "bytes" : "room")")
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Real connections for tests: our end as the core sees it, the far end in the test's hand, one
// epoll.

import CLinux
import Glibc

@testable import AttacheCore

/// Our ends are watched as workers watch theirs; nothing happens but in `hear`.
final class Loopback {
    enum Kind: String, CaseIterable, Sendable {
        case tcp, unix
    }
    private let epoll: Epoll
    private var sockets: [Socket] = []

    init() throws(Errno) {
        // As the process does: splice(2) has no MSG_NOSIGNAL.
        _ = clinux_ignore_signal(SIGPIPE)
        epoll = try Epoll()
    }

    func connection(_ kind: Kind) throws(Errno) -> (near: Socket, far: FarEnd) {
        let (near, far) = try kind == .tcp ? Self.tcpPair() : Self.unixPair()
        let socket = Socket(Descriptor(adopting: near), isUnix: kind == .unix)
        if kind == .tcp { Socket.prepare(near) }
        if !epoll.watchStream(near, token: UInt64(sockets.count)) { throw Errno() }
        sockets.append(socket)
        hear(milliseconds: 0)
        return (socket, FarEnd(far))
    }

    private static func unixPair() throws(Errno) -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        if socketpair(AF_UNIX, type, 0, &ends) != 0 { throw Errno() }
        return (ends[0], ends[1])
    }

    private static func tcpPair() throws(Errno) -> (Int32, Int32) {
        let door = try TestListener(SocketAddress(.ip("127.0.0.1", port: 0, v6: false)))
        let far = clinux_socket(AF_INET)
        if far < 0 { throw Errno() }
        let code = door.address.withPointer { clinux_connect(far, $0, $1) }
        if code != 0 && errno != EINPROGRESS { throw Errno() }
        guard let near = door.accept() else { throw Errno() }
        return (near, far)
    }

    /// One look at epoll, told to the sockets.
    func hear(milliseconds: Int32) {
        epoll.wait(milliseconds: milliseconds) { token, events in
            _ = sockets[Int(token)].note(events)
        }
    }

    /// Events and `step` until it answers true; false: not within twenty seconds.
    func wait(until step: () -> Bool) -> Bool {
        let deadline = Clock.now() + 20_000_000_000
        while Clock.now() < deadline {
            if step() { return true }
            hear(milliseconds: 1)
        }
        return false
    }
}

/// The other end of a connection: a bare descriptor that does not wait.
final class FarEnd {
    private(set) var raw: Int32

    init(_ raw: Int32) { self.raw = raw }
    deinit { close() }

    /// How many bytes fitted.
    func send(_ bytes: ArraySlice<UInt8>) -> Int {
        let sent = bytes.withUnsafeBytes {
            Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        return max(sent, 0)
    }

    func send(_ bytes: [UInt8]) -> Int { send(bytes[...]) }

    enum Received: Equatable {
        case bytes([UInt8])
        case nothing, end
        case failed(String)
    }

    func receive(upTo limit: Int = 1 << 20) -> Received {
        var room = [UInt8](repeating: 0, count: limit)
        let got = recv(raw, &room, limit, 0)
        if got > 0 { return .bytes(Array(room.prefix(got))) }
        if got == 0 { return .end }
        return errno == EAGAIN ? .nothing : .failed(Errno().name)
    }

    func end() { _ = clinux_shutdown_write(raw) }

    func reset() {
        _ = clinux_linger_zero(raw)
        close()
    }

    func close() {
        if raw >= 0 { Glibc.close(raw) }
        raw = -1
    }
}

// SPDX-License-Identifier: Apache-2.0
// A listening socket as a test wants it: any backlog, accepts when told, unlike the product's own.

import CLinux
import Glibc

@testable import AttacheCore

final class TestListener {
    let address: SocketAddress
    private let raw: Int32
    private var held: [Int32] = []

    /// `backlog` nil: bound, so that nobody else gets the port, and not listening.
    init(_ wanted: SocketAddress?, backlog: Int32? = 64) throws(Errno) {
        guard let wanted else { throw Errno(EAFNOSUPPORT) }
        let raw = clinux_socket(wanted.family)
        if raw < 0 { throw Errno() }
        if wanted.withPointer({ clinux_bind(raw, $0, $1) }) != 0 { throw Errno() }
        if let backlog, listen(raw, backlog) != 0 { throw Errno() }
        var bound = SocketAddress()
        _ = bound.withMutablePointer { clinux_address(raw, $0, $1) }
        self.raw = raw
        address = bound
    }

    deinit {
        for connection in held { close(connection) }
        close(raw)
    }

    /// Takes the next connection, which comes within ten seconds or never; the caller's to close.
    func accept() -> Int32? {
        var interest = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        guard poll(&interest, 1, 10_000) == 1 else { return nil }
        let connection = clinux_accept(raw, nil, nil)
        return connection < 0 ? nil : connection
    }

    /// Connects until the backlog takes nobody any more; answers how many sockets stay open.
    func fillBacklog() -> Int {
        while true {
            let connection = clinux_socket(address.family)
            held.append(connection)
            let code = address.withPointer { clinux_connect(connection, $0, $1) }
            if code != 0 && errno == EAGAIN { return held.count }
            if code != 0 {
                // TCP: answered at once on the loopback, or not at all.
                var interest = pollfd(fd: connection, events: Int16(POLLOUT), revents: 0)
                if poll(&interest, 1, 200) == 0 { return held.count }
            }
        }
    }
}

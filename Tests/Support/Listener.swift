// SPDX-License-Identifier: Apache-2.0
// A listening socket of a test: the upstream, or its impostor.

import CLinux
import Foundation

public final class Listener: @unchecked Sendable {
    public let endpoint: Endpoint
    public let tls: TLSContext?
    private let fd: Int32

    public init(
        at wanted: Endpoint = .anyPort, tls: TLSContext? = nil, receiveBuffer: Int32? = nil,
        backlog: Int32 = 4096
    ) throws {
        self.tls = tls
        fd = try checked("socket", clinux_socket(wanted.family))
        clinux_set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1)
        if let receiveBuffer { clinux_set_int(fd, SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        let bound = try wanted.withAddress { [fd] in clinux_bind(fd, $0, $1) }
        try checked("bind \(wanted)", bound)
        try checked("listen", listen(fd, backlog))
        if case .tcp(let host, 0) = wanted {
            endpoint = .tcp(host, try Endpoint.port(of: fd))
        } else {
            endpoint = wanted
        }
    }

    deinit { close(fd) }

    /// The next connection, secured where the listener speaks TLS.
    public func accept(within limit: Duration = .seconds(10)) throws -> Peer {
        let peer = try acceptRaw(within: limit)
        if let tls { try peer.secure(tls, until: .after(limit)) }
        return peer
    }

    /// The next connection as it comes, before any handshake.
    public func acceptRaw(within limit: Duration = .seconds(10)) throws -> Peer {
        let deadline = Deadline.after(limit)
        while true {
            let connection = clinux_accept(fd, nil, nil)
            if connection >= 0 { return Peer(fd: connection) }
            guard errno == EAGAIN || errno == EINTR else { throw Failure.system("accept") }
            var wanted = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
            if poll(&wanted, 1, deadline.milliseconds) == 0, deadline.isOver {
                throw Failure("nobody connected to \(endpoint) within \(limit)")
            }
        }
    }

    /// Whether somebody waits to be accepted.
    public var hasVisitor: Bool {
        var wanted = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
        return poll(&wanted, 1, 0) > 0
    }

    /// From now on connecting is refused; the port stays ours.
    public func refuse() { shutdown(fd, Int32(SHUT_RD)) }

    /// An endpoint of which nobody listens: connecting to it is refused.
    public static func closedPort() throws -> Endpoint { try Listener().endpoint }
}

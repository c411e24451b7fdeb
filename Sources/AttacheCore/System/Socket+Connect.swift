// SPDX-License-Identifier: Apache-2.0
// The beginning of an outgoing connection.

import CLinux
import Glibc

extension Socket {
    enum Connecting {
        /// On its way, or there already: `writable` and `connectError` tell.
        case begun(Socket)
        /// A Unix listener's backlog is full, and no event will tell when it is not: try again.
        case busy
        case failed(Errno)
    }

    static func connect(to address: SocketAddress) -> Connecting {
        let raw = clinux_socket(address.family)
        if raw < 0 { return .failed(Errno()) }
        let isUnix = address.family == AF_UNIX
        let socket = Socket(Descriptor(adopting: raw), isUnix: isUnix)
        if !isUnix { prepare(raw) }
        if address.withPointer({ clinux_connect(raw, $0, $1) }) == 0 { return .begun(socket) }
        switch errno {
        case EINPROGRESS, EINTR: return .begun(socket)
        case EAGAIN where isUnix: return .busy
        default: return .failed(Errno())
        }
    }
}

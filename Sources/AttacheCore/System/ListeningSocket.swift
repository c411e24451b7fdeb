// SPDX-License-Identifier: Apache-2.0
// A bound, listening socket: TCP, a Unix socket whose file is ours, or what systemd handed over.

import CLinux
import Glibc
import Synchronization

/// Shared by all workers, closed when the last of them lets go of it; a Unix socket's file goes
/// too.
///
/// No SO_REUSEPORT: two copies of one program must not share a port unseen.
package final class ListeningSocket: Sendable {
    package struct Failure: Error {
        package let message: String
        package let error: Errno
    }
    private let descriptor: Descriptor
    /// As bound: with the port the kernel chose where 0 was asked for.
    let address: SocketAddress
    private let path: String?
    /// Of the file that we made: another that has taken its place is not ours to remove.
    private let inode: UInt64
    private let isFileGone = Atomic(false)

    package var raw: Int32 { descriptor.raw }
    var isUnix: Bool { address.family == AF_UNIX }
    /// Made by the service manager, which holds it too: closing ours closes nothing.
    let isInherited: Bool

    init(_ address: SocketAddress, _ text: Address, dualStack: Bool, mode: UInt16) throws(Failure) {
        func failed(_ what: String, _ why: Errno) -> Failure {
            Failure(message: "cannot \(what) \(text): \(why)", error: why)
        }
        let raw = clinux_socket(address.family)
        if raw < 0 { throw failed("make a socket for", Errno()) }
        let descriptor = Descriptor(adopting: raw)
        var path: String?
        if case .unix(let file) = text {
            path = file
            try Self.clear(file, address)
        } else {
            _ = clinux_set_int(raw, SOL_SOCKET, SO_REUSEADDR, 1)
            // Inherited by what is accepted: five system calls a session saved.
            Socket.prepare(raw)
        }
        if address.family == AF_INET6 {
            _ = clinux_set_int(raw, Int32(IPPROTO_IPV6), IPV6_V6ONLY, dualStack ? 0 : 1)
        }
        if address.withPointer({ clinux_bind(raw, $0, $1) }) != 0 {
            throw failed("bind", Errno())
        }
        // Before listen, so before anybody can be accepted.
        if let path, chmod(path, mode_t(mode)) != 0 { throw failed("set the mode of", Errno()) }
        if listen(raw, Limits.backlog) != 0 { throw failed("listen on", Errno()) }
        var bound = SocketAddress()
        _ = bound.withMutablePointer { clinux_address(raw, $0, $1) }
        self.address = bound
        self.path = path
        inode = path.map(Self.inode) ?? 0
        isInherited = false
        self.descriptor = descriptor
    }

    /// A duplicate of what the service manager made, bound and put to listening; whatever file it
    /// has is the service manager's.
    init(inherited original: Int32, name: String) throws(Failure) {
        func failed(_ why: String) -> Failure {
            Failure(
                message: "cannot listen on systemd:\(name): descriptor \(original) \(why)",
                error: Errno(EINVAL))
        }
        let raw = fcntl(original, F_DUPFD_CLOEXEC, 3)
        if raw < 0 { throw failed("cannot be used: \(Errno())") }
        let descriptor = Descriptor(adopting: raw)
        guard Self.option(SO_TYPE, of: raw) == Int32(SOCK_STREAM.rawValue),
            Self.option(SO_ACCEPTCONN, of: raw) == 1
        else {
            throw failed(
                "is no listening stream socket; in the socket unit write ListenStream=, "
                    + "and not Accept=yes")
        }
        var bound = SocketAddress()
        _ = bound.withMutablePointer { clinux_address(raw, $0, $1) }
        guard [AF_INET, AF_INET6, AF_UNIX].contains(bound.family) else {
            throw failed(
                "is a socket of a family that attache does not serve; TCP and Unix it does")
        }
        _ = fcntl(raw, F_SETFL, fcntl(raw, F_GETFL) | O_NONBLOCK)
        if bound.family != AF_UNIX { Socket.prepare(raw) }
        address = bound
        path = nil
        inode = 0
        isInherited = true
        self.descriptor = descriptor
    }

    private static func option(_ option: Int32, of raw: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(raw, SOL_SOCKET, option, &value, &length) == 0 ? value : nil
    }

    deinit { removeFile() }

    /// Nobody comes in any more, whoever still holds it; who waits in its backlog is reset.
    func shut() {
        if isInherited { return }
        shutdown(raw, Int32(SHUT_RDWR))
        removeFile()
    }

    /// Once: the next file of that name may get the same inode.
    private func removeFile() {
        guard let path, !isFileGone.exchange(true, ordering: .relaxed) else { return }
        if Self.inode(path) == inode { unlink(path) }
    }

    /// 0: nothing is there.
    private static func inode(_ path: String) -> UInt64 {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    /// Makes room for a Unix socket: a file whose listener is gone is removed, a live one is not.
    /// EADDRINUSE is a live one, and no other failure is.
    private static func clear(_ path: String, _ address: SocketAddress) throws(Failure) {
        func inTheWay(_ what: String, _ code: Int32) -> Failure {
            Failure(
                message: "cannot listen on unix:\(path): \(what) or name another path",
                error: Errno(code))
        }
        var status = stat()
        if lstat(path, &status) != 0 { return }
        if status.st_mode & S_IFMT != S_IFSOCK {
            throw inTheWay("a file that is no socket is in the way; remove it", EEXIST)
        }
        // A datagram socket cannot connect to a stream socket, and the kernel says which of the two
        // is in the way: nobody (ECONNREFUSED) or a wrong type (EPROTOTYPE). The one who listens
        // there notices nothing, where a real connection would begin a session.
        let probe = Descriptor(adopting: clinux_datagram_socket())
        let answer = address.withPointer { clinux_connect(probe.raw, $0, $1) }
        switch answer == 0 ? EPROTOTYPE : errno {
        case ECONNREFUSED: unlink(path)
        case ENOENT: break
        case EACCES, EPERM:
            throw inTheWay("a socket file that is not ours is in the way; remove it", EACCES)
        default: throw inTheWay("another process is listening there; stop it", EADDRINUSE)
        }
    }
}

extension ListeningSocket {
    package convenience init(unixPath path: String, mode: UInt16) throws(Failure) {
        let text = Address.unix(path)
        guard let address = SocketAddress(text) else {
            let error = Errno(ENAMETOOLONG)
            throw Failure(message: "cannot listen on \(text): \(error)", error: error)
        }
        try self.init(address, text, dualStack: false, mode: mode)
    }

    /// Permissions of a Unix socket's file. Answers why they are not set, for people.
    func setMode(_ mode: UInt16) -> String? {
        guard let path else { return nil }
        if Self.inode(path) != inode {
            return "unix:\(path) is not the socket file that attache made: it was removed or "
                + "replaced, so no client finds the way in; restart attache"
        }
        if chmod(path, mode_t(mode)) == 0 { return nil }
        return "cannot set the mode of unix:\(path): \(Errno())"
    }

    /// The next connection, the caller's to close; nil and errno when there is none.
    func accept() -> (raw: Int32, peer: SocketAddress)? {
        var peer = SocketAddress()
        while true {
            let raw = peer.withMutablePointer { clinux_accept(self.raw, $0, $1) }
            if raw >= 0 { return (raw, peer) }
            // A client that gave up while it waited is no news.
            if errno != EINTR && errno != ECONNABORTED { return nil }
        }
    }
}

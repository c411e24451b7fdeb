// SPDX-License-Identifier: Apache-2.0
// One question and its whole answer over a Unix socket, by a deadline: for commands, never on a
// worker.

import CLinux
import Glibc

package enum LocalCall {
    package enum Failure: Error {
        case connect(Errno)
        /// The deadline has passed.
        case late
        case broken(Errno)
        case larger(than: Int)
    }

    /// Sends everything, then reads until the other side ends; blocks no longer than `time`.
    package static func exchange(
        _ path: String, _ question: [UInt8], answerBytesMax: Int, within time: Duration
    ) throws(Failure) -> [UInt8] {
        let deadline = Clock.now() + time.nanoseconds
        guard let address = SocketAddress(Address.unix(path)) else {
            throw .connect(Errno(ENAMETOOLONG))
        }
        let raw = clinux_socket(AF_UNIX)
        if raw < 0 { throw .connect(Errno()) }
        let descriptor = Descriptor(adopting: raw)
        while address.withPointer({ clinux_connect(raw, $0, $1) }) != 0 {
            // A Unix listener whose backlog is full; no event tells when there is room.
            guard errno == EAGAIN else { throw .connect(Errno()) }
            if Clock.now() >= deadline { throw .late }
            Thread.nap(Limits.unixConnectRetry)
        }
        var sent = 0
        while sent < question.count {
            let count = question.withUnsafeBytes {
                send(
                    descriptor.raw, $0.baseAddress?.advanced(by: sent), $0.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                sent += count
            } else if errno == EPIPE {
                // It has answered already, perhaps that the question is too long.
                break
            } else {
                try wait(descriptor.raw, POLLOUT, by: deadline)
            }
        }
        var answer: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor.raw, &room, room.count, 0)
            if count == 0 { return answer }
            if count < 0 {
                try wait(descriptor.raw, POLLIN, by: deadline)
                continue
            }
            answer += room[..<count]
            if answer.count > answerBytesMax { throw .larger(than: answerBytesMax) }
        }
    }

    /// After a call that failed: waits where that was for want of bytes or room.
    private static func wait(
        _ raw: Int32, _ events: Int32, by deadline: UInt64
    ) throws(Failure) {
        if errno == EINTR { return }
        guard errno == EAGAIN else { throw .broken(Errno()) }
        let now = Clock.now()
        if now >= deadline { throw .late }
        var interest = pollfd(fd: raw, events: Int16(events), revents: 0)
        // A millisecond more, so that it never spins at the end.
        _ = poll(&interest, 1, Int32((deadline - now) / 1_000_000) + 1)
    }

    /// Whose the file is; nil: nobody can see it.
    package static func owner(of path: String) -> UInt32? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_uid : nil
    }

    /// As `mkdir`, readable for its owner only; one that is there already is fine.
    package static func makePrivateFolder(_ path: String) throws(Errno) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw Errno() }
    }
}

// SPDX-License-Identifier: Apache-2.0
// A small file that an operator named, read once into memory, with what is needed to say why not.

import CLinux
import Glibc

/// Whole and bounded: certificates, keys, lists.
struct SmallFile {
    /// Why a file cannot be read.
    enum Problem: Error {
        /// `facts`: absent where not even its owner can be seen.
        case refused(errno: Int32, Facts?)
        case directory
        /// A pipe or its like; nobody came to write to it, or they had not ended by then.
        case unfinished(Duration)
        case larger(than: Int)
    }

    struct Facts: Sendable, Hashable {
        var owner: uid_t
        var group: gid_t
        /// Permissions only.
        var mode: UInt32
    }

    private(set) var bytes: [UInt8]
    let facts: Facts

    /// Blocks as long as the file system does; for start and reload, never on a worker.
    ///
    /// - Parameter patience: for the end of a pipe, which may be a FIFO whose writer waits for a
    ///   reader, or of a device.
    init(
        reading path: String, bytesMax: Int, patience: Duration = Limits.pipePatience
    ) throws(Problem) {
        // O_NONBLOCK: a FIFO without a writer would keep us in this call.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.refusal(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.refusal(path) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw .directory }
        facts = Facts(status)
        let deadline = Clock.now() + patience.nanoseconds
        // Not by its size: what the shell makes of <(…) is a pipe and has none.
        var bytes = [UInt8](repeating: 0, count: min(max(Int(status.st_size), 4096), bytesMax) + 1)
        var count = 0
        while true {
            // A FIFO without a writer reads as if it had ended; only poll tells that nobody came.
            guard Self.hasSomething(descriptor, by: deadline) else { throw .unfinished(patience) }
            let got = bytes.withUnsafeMutableBytes { room in
                read(descriptor, room.baseAddress.map { $0 + count }, room.count - count)
            }
            if got < 0 && errno == EINTR { continue }
            if got < 0 && errno == EAGAIN && Clock.now() < deadline {
                // Another reader was faster, or a device does not know poll.
                Thread.nap(.milliseconds(1))
                continue
            }
            guard got >= 0 else { throw Self.refusal(path) }
            count += got
            guard count <= bytesMax else { throw .larger(than: bytesMax) }
            if got == 0 { break }
            if count == bytes.count {
                bytes.append(contentsOf: repeatElement(0, count: min(count, bytesMax + 1 - count)))
            }
        }
        bytes.removeLast(bytes.count - count)
        self.bytes = bytes
    }

    /// Bytes or their end; a file has them at any time.
    private static func hasSomething(_ descriptor: Int32, by deadline: UInt64) -> Bool {
        var interest = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let left = deadline - min(Clock.now(), deadline)
            // A millisecond more, so that it never spins at the end.
            let ready = poll(&interest, 1, Int32(left / 1_000_000) + 1)
            if ready > 0 { return true }
            if Clock.now() >= deadline { return false }
        }
    }

    /// Called with errno still as it was.
    private static func refusal(_ path: String) -> Problem {
        let error = errno
        var status = stat()
        return .refused(errno: error, stat(path, &status) == 0 ? Facts(status) : nil)
    }

    /// Lends the bytes for writing too, so that the reader of a key can wipe it.
    mutating func withBytes<Answer>(_ body: (UnsafeMutableRawBufferPointer) -> Answer) -> Answer {
        bytes.withUnsafeMutableBytes { body($0) }
    }
}

extension SmallFile.Facts {
    fileprivate init(_ status: stat) {
        self.init(owner: status.st_uid, group: status.st_gid, mode: status.st_mode & 0o7777)
    }

    /// `1795075200.123456789`; empty where there is nothing of that name.
    static func changed(_ path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "" }
        return "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    var isReadableByAll: Bool { mode & 0o004 != 0 }
}

extension SmallFile.Facts: CustomStringConvertible {
    /// `root:root 0600`; numbers where there is no name.
    var description: String {
        let user = getpwuid(owner).map { String(cString: $0.pointee.pw_name) } ?? "\(owner)"
        let group = getgrgid(group).map { String(cString: $0.pointee.gr_name) } ?? "\(group)"
        let octal = String(mode, radix: 8)
        return "\(user):\(group) " + String(repeating: "0", count: max(4 - octal.count, 0)) + octal
    }
}

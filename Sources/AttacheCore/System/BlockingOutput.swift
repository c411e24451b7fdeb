// SPDX-License-Identifier: Apache-2.0
// A descriptor written to the last byte, however long its reader takes: for logs and reports.

import Glibc

/// Standard streams are nobody's to close; a file is closed when its last output is gone.
struct BlockingOutput: Sendable {
    let descriptor: Int32
    private let owner: Owner?
    /// Opening it made the file.
    private let isNew: Bool

    static let standardOutput = BlockingOutput(descriptor: STDOUT_FILENO)
    static let standardError = BlockingOutput(descriptor: STDERR_FILENO)

    /// Borrows it.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        owner = nil
        isNew = false
    }

    /// Opens a file for appending, and makes it where there is none.
    init(appendingTo path: String) throws(Errno) {
        // A pipe that nobody reads must not hold up the start (O_NONBLOCK), and a terminal must not
        // become ours (O_NOCTTY). 0640: the group that reads logs is the operator's choice.
        let flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        let made = open(path, flags | O_CREAT | O_EXCL, 0o640)
        // It is there, or a link leads to where it will be.
        let raw = made < 0 && errno == EEXIST ? open(path, flags | O_CREAT, 0o640) : made
        guard raw >= 0 else { throw Errno() }
        descriptor = raw
        owner = Owner(raw)
        isNew = made >= 0
    }

    /// Opens a file for writing, in place of what was there.
    init(replacing path: String) throws(Errno) {
        let raw = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard raw >= 0 else { throw Errno() }
        descriptor = raw
        owner = Owner(raw)
        isNew = false
    }

    /// Removes the file again where it was made for this and nothing has been written to it.
    func removeUnused(_ path: String) {
        guard isNew else { return }
        var (own, there) = (stat(), stat())
        let isFound = fstat(descriptor, &own) == 0 && lstat(path, &there) == 0
        withExtendedLifetime(owner) {}
        if isFound, own.st_size == 0, own.st_dev == there.st_dev, own.st_ino == there.st_ino {
            unlink(path)
        }
    }

    private final class Owner: Sendable {
        private let descriptor: Descriptor
        init(_ raw: Int32) { descriptor = Descriptor(adopting: raw) }
    }

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Writes everything, or fails with what may be half a line written.
    func write(_ bytes: [UInt8]) throws(Errno) {
        // The owner must outlive the calls: Swift sees no use of it in them.
        defer { withExtendedLifetime(owner) {} }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count > 0 {
                written += count
                continue
            }
            let error = Errno()
            switch error.code {
            case EINTR: continue
            case EAGAIN: waitForRoom()
            default: throw error
            }
        }
    }

    /// A parent, or another program on the same terminal, may have made it non-blocking.
    private func waitForRoom() {
        var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&interest, 1, -1)
    }

    /// Whether a write would begin at once.
    var hasRoom: Bool {
        var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&interest, 1, 0) == 1
    }
}

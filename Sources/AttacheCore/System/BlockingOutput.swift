// SPDX-License-Identifier: Apache-2.0
// A descriptor written to the last byte, however long its reader takes: for log threads only.

import Glibc

/// Borrows the descriptor: standard streams are nobody's to close.
struct BlockingOutput: Sendable {
    let descriptor: Int32

    static let standardOutput = BlockingOutput(descriptor: STDOUT_FILENO)
    static let standardError = BlockingOutput(descriptor: STDERR_FILENO)

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Writes everything, or fails with what may be half a line written.
    func write(_ bytes: [UInt8]) throws(Errno) {
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
}

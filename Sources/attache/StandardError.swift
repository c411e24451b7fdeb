// SPDX-License-Identifier: Apache-2.0
// What the command itself has to say, before the core runs or instead of it.

import Glibc

enum StandardError {
    static func say(_ message: String) { write("attache: \(message)") }

    /// Lines that begin with something else than our name.
    static func write(_ lines: String) {
        if lines.isEmpty { return }
        var rest = Array("\(lines)\n".utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes {
                Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            if written < 0, errno == EINTR { continue }
            // Nobody listens: nothing that could be done about it, and nowhere to say so.
            if written <= 0 { return }
            rest = rest.dropFirst(written)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// What the command itself has to say, before the core runs or instead of it.

import Glibc

enum StandardError {
    static func say(_ message: String) { write("attache: \(message)") }

    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// In place of what the line shows: back to its beginning, and away with the rest.
    static func overwrite(_ line: String) { put("\r\(line)\u{1B}[K") }

    /// Lines that begin with something else than our name.
    static func write(_ lines: String) {
        if lines.isEmpty { return }
        put("\(lines)\n")
    }

    private static func put(_ text: String) {
        var rest = Array(text.utf8)[...]
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

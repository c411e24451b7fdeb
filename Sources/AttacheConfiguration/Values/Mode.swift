// SPDX-License-Identifier: Apache-2.0
// Permissions of a Unix socket, in octal as chmod takes them.

package struct Mode: Equatable {
    package let bits: UInt16

    package static func parse(_ text: String) throws(Problem) -> Mode {
        guard (3...4).contains(text.utf8.count), text.allSatisfy("01234567".contains),
            let bits = UInt16(text, radix: 8)
        else {
            throw Problem("permissions are three or four octal digits; write such as 0600 or 0660")
        }
        guard bits <= 0o777 else {
            throw Problem("a socket has no setuid, setgid or sticky bit; write at most 0777")
        }
        return Mode(bits: bits)
    }

    /// The way back, for help.
    package static func text(_ bits: UInt16) -> String {
        let octal = String(bits, radix: 8)
        return String(repeating: "0", count: max(0, 4 - octal.count)) + octal
    }
}

// SPDX-License-Identifier: Apache-2.0
// One open file descriptor, closed exactly once.

import CLinux
import Glibc

struct Descriptor: ~Copyable, Sendable {
    let raw: Int32

    init(adopting raw: Int32) { self.raw = raw }

    deinit { _ = Glibc.close(raw) }

    /// Gives the descriptor away: the caller closes it.
    consuming func release() -> Int32 {
        let raw = raw
        discard self
        return raw
    }
}

/// What the kernel said, by name and in words.
package struct Errno: Error, Sendable, Hashable, CustomStringConvertible {
    package let code: Int32

    package init(_ code: Int32 = errno) { self.code = code }

    var name: String { String(cString: clinux_errno_name(code)) }

    /// "connection refused (ECONNREFUSED)"
    package var description: String {
        var text = String(cString: strerror(code))
        if let first = text.first, text.dropFirst().first?.isLowercase == true {
            text = first.lowercased() + text.dropFirst()
        }
        return "\(text) (\(name))"
    }

    /// Descriptors or memory have run out: nobody's fault but this machine's, and it passes.
    var isExhaustion: Bool {
        code == EMFILE || code == ENFILE || code == ENOMEM || code == ENOBUFS
    }
}

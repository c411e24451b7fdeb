// SPDX-License-Identifier: Apache-2.0
// A file written whole: a report that somebody asked for.

import Glibc

package enum NewFile {
    /// In place of what was there. Answers why not, for people; nil: it stands there now.
    package static func write(_ text: String, to path: String) -> String? {
        let raw = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard raw >= 0 else { return Errno().description }
        let descriptor = Descriptor(adopting: raw)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes {
                Glibc.write(descriptor.raw, $0.baseAddress, $0.count)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { return Errno().description }
            rest = rest.dropFirst(written)
        }
        return nil
    }
}

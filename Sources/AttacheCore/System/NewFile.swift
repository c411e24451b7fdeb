// SPDX-License-Identifier: Apache-2.0
// A file written whole: a report that somebody asked for.

package enum NewFile {
    /// In place of what was there. Answers why not, for people; nil: it stands there now.
    package static func write(_ text: String, to path: String) -> String? {
        do throws(Errno) {
            try BlockingOutput(replacing: path).write(Array(text.utf8))
            return nil
        } catch {
            return error.description
        }
    }
}

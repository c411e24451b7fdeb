// SPDX-License-Identifier: Apache-2.0
// What is wrong with a value, or with what was asked for: a sentence for the person who wrote it.

package struct Problem: Error, Equatable, CustomStringConvertible {
    /// What, why and what to write instead; without a full stop.
    package let message: String

    package init(_ message: String) {
        self.message = message
    }

    /// The parser quotes errors by their description.
    package var description: String { message }
}

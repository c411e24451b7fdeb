// SPDX-License-Identifier: Apache-2.0
// What is wrong with what was asked for: a sentence for the person who asked; the command exits 64.

struct Problem: Error, Equatable, CustomStringConvertible {
    /// What, why and what to write instead; without a full stop.
    let message: String

    init(_ message: String) {
        self.message = message
    }

    /// The parser quotes errors by their description.
    var description: String { message }
}

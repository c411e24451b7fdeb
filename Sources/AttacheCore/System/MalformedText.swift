// SPDX-License-Identifier: Apache-2.0
// What is wrong with a value that an operator wrote.

/// What, and what to write instead: a sentence without a full stop.
public struct MalformedText: Error, Hashable {
    public let message: String

    public init(message: String) { self.message = message }
}

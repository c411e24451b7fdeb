// SPDX-License-Identifier: Apache-2.0
// How many workers, sessions, and whatever else is counted.

import AttacheCore

package enum Workers: Sendable, Equatable {
    case auto
    case count(Int)

    /// A worker is a thread with an event loop; more of them than any machine has processors is
    /// a slip of the finger.
    package static let most = 256

    package static func parse(_ text: String) throws(Problem) -> Workers {
        if text == "auto" { return .auto }
        guard let count = Int(text), (1...most).contains(count) else {
            throw Problem(
                "it is neither auto nor a number from 1 to \(most); write auto for one a processor")
        }
        return .count(count)
    }

    package var number: Int {
        switch self {
        case .auto: min(max(Attache.processors, 1), Self.most)
        case .count(let count): count
        }
    }
}

package enum Counts {
    /// From 1. No sign, no leading zero: what looks octal is a slip of the finger.
    package static func parse(_ text: String, most: Int) throws(Problem) -> Int {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !text.hasPrefix("0"),
            let count = Int(text), count <= most
        else { throw Problem("it is not a number from 1 to \(most)") }
        return count
    }
}

package enum Sessions {
    /// Far above what descriptors allow.
    package static let most = 10_000_000

    package static func parse(_ text: String) throws(Problem) -> Int {
        guard let count = Int(text), (1...most).contains(count) else {
            throw Problem(
                "it is no number from 1; leave it out, and the descriptor limit decides")
        }
        return count
    }
}

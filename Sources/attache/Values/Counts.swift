// SPDX-License-Identifier: Apache-2.0
// How many workers and how many sessions.

import AttacheCore

enum Workers: Equatable {
    case auto
    case count(Int)

    /// A worker is a thread with an event loop; more of them than any machine has processors is
    /// a slip of the finger.
    static let most = 256

    static func parse(_ text: String) throws(Problem) -> Workers {
        if text == "auto" { return .auto }
        guard let count = Int(text), (1...most).contains(count) else {
            throw Problem("write auto (one a processor) or a number from 1 to \(most)")
        }
        return .count(count)
    }

    var number: Int {
        switch self {
        case .auto: min(max(Attache.processors, 1), Self.most)
        case .count(let count): count
        }
    }
}

enum Sessions {
    static func parse(_ text: String) throws(Problem) -> Int {
        guard let count = Int(text), (1...10_000_000).contains(count) else {
            throw Problem("write a number from 1, or leave it out: the descriptor limit decides")
        }
        return count
    }
}

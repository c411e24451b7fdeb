// SPDX-License-Identifier: Apache-2.0
// Waiting in tests: always for a condition, always with an end, on the monotonic clock.

import Foundation

/// A point of the monotonic clock by which something must have happened.
public struct Deadline: Sendable {
    private let instant: ContinuousClock.Instant

    public static func after(_ duration: Duration) -> Deadline {
        Deadline(instant: ContinuousClock.now + duration)
    }

    public var isOver: Bool { ContinuousClock.now >= instant }

    public var remaining: Duration { max(.zero, instant - ContinuousClock.now) }

    /// For poll(2): rounded up, so that a wait never ends just before its deadline.
    var milliseconds: Int32 { Int32(clamping: Int(remaining.seconds * 1000) + 1) }
}

extension Duration {
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }

    /// The time that `body` took.
    public static func of(_ body: () throws -> Void) rethrows -> Duration {
        let start = ContinuousClock.now
        try body()
        return ContinuousClock.now - start
    }
}

extension [Duration] {
    /// The upper one of the two in the middle, so that a median never flatters.
    public var median: Duration { sorted()[count / 2] }
}

/// Looks every 5 ms until the condition holds; throws when it never did.
public func eventually(
    within limit: Duration = .seconds(10), _ what: String, file: String = #fileID,
    line: Int = #line, _ condition: () throws -> Bool
) throws {
    let deadline = Deadline.after(limit)
    while try !condition() {
        if deadline.isOver {
            throw Failure("not within \(limit): \(what)", file: file, line: line)
        }
        usleep(5000)
    }
}

/// The same for something that is looked for: waits until there is one.
public func eventually<Found>(
    within limit: Duration = .seconds(10), find what: String, file: String = #fileID,
    line: Int = #line, _ search: () throws -> Found?
) throws -> Found {
    var found: Found?
    try eventually(within: limit, what, file: file, line: line) {
        found = try search()
        return found != nil
    }
    return found!
}

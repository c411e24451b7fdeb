// SPDX-License-Identifier: Apache-2.0
// Visits at a steady rate, beside whatever a test does meanwhile; none may fail.

import Foundation

/// A visit begins when its time has come, however long those before it take.
public final class Visitors: @unchecked Sendable {
    public struct Visit: Sendable {
        public let began: ContinuousClock.Instant
        public let ended: ContinuousClock.Instant
        /// Whom it reached.
        public let answer: String
    }

    private let lock = NSLock()
    private var made: [Visit] = []
    private var failure: (any Error)?
    private var isOver = false
    private var threads: [Background<Void>] = []
    private let start = ContinuousClock.now

    /// So many a second, until `stop`.
    public init(rate: Int, _ visit: @escaping @Sendable () throws -> String) {
        let count = 8
        threads = (0..<count).map { index in
            Background { [self] in
                var number = index
                while !lock.withLock({ isOver }) {
                    let due = start + .nanoseconds(number * 1_000_000_000 / rate)
                    let early = due - ContinuousClock.now
                    if early > .zero { usleep(UInt32(early.seconds * 1e6)) }
                    make(visit)
                    number += count
                }
            }
        }
    }

    private func make(_ visit: () throws -> String) {
        let began = ContinuousClock.now
        let outcome = Result { try visit() }
        let ended = ContinuousClock.now
        lock.withLock {
            switch outcome {
            case .success(let answer):
                made.append(Visit(began: began, ended: ended, answer: answer))
            case .failure(let error):
                failure = failure ?? Failure("visit \(made.count + 1): \(error)")
                isOver = true
            }
        }
    }

    /// Those that have ended, in the order of their ends; throws where one has failed.
    public var visits: [Visit] {
        get throws {
            try lock.withLock {
                if let failure { throw failure }
                return made
            }
        }
    }

    /// Waits until so many have begun after now and ended.
    public func wait(for count: Int, file: String = #fileID, line: Int = #line) throws {
        let now = ContinuousClock.now
        try eventually(within: .seconds(30), "\(count) visits", file: file, line: line) {
            try visits.reversed().prefix { $0.ended > now }.count { $0.began > now } >= count
        }
    }

    /// Waits for those that are under way; hands out all.
    public func stop() throws -> [Visit] {
        lock.withLock { isOver = true }
        for thread in threads { try thread.value() }
        return try visits
    }
}

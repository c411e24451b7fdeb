// SPDX-License-Identifier: Apache-2.0
// A thread with a result: peers block, and the test's own executor has only as many threads as
// processors.

import Foundation

public final class Background<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private var result: Result<Value, any Error>?

    public init(_ body: @escaping @Sendable () throws -> Value) {
        let thread = Thread { [self] in
            let outcome = Result { try body() }
            condition.withLock {
                result = outcome
                condition.broadcast()
            }
        }
        thread.stackSize = 512 * 1024
        thread.start()
    }

    /// Waits for the thread's end and hands out what it made or threw.
    public func value(
        within limit: Duration = .seconds(120), file: String = #fileID, line: Int = #line
    ) throws -> Value {
        let until = Date(timeIntervalSinceNow: limit.seconds)
        condition.lock()
        defer { condition.unlock() }
        while result == nil {
            if !condition.wait(until: until), result == nil {
                throw Failure("a thread of the test is stuck", file: file, line: line)
            }
        }
        return try result!.get()
    }
}

/// Runs one body for each element, all at once; hands out the results in order or throws the first
/// error.
public func atOnce<Element: Sendable, Value: Sendable>(
    _ elements: some Sequence<Element>, within limit: Duration = .seconds(120),
    _ body: @escaping @Sendable (Element) throws -> Value
) throws -> [Value] {
    let threads = elements.map { element in Background { try body(element) } }
    return try threads.map { try $0.value(within: limit) }
}

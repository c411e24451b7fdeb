// SPDX-License-Identifier: Apache-2.0
// What one thread answers to another that waits for it.

/// Answered once.
final class Reply<Value: Sendable>: Sendable {
    private let value = Monitor<Value?>(nil)

    func answer(_ answer: Value) {
        value.withLock { $0 = answer }
        value.wake()
    }

    /// nil: none came by `deadline` (monotonic).
    func wait(until deadline: UInt64) -> Value? { value.wait(until: deadline) { $0 } }
}

// SPDX-License-Identifier: Apache-2.0
// What a thread of a load generator answers to the one that gave it work.

final class LoadReply: Sendable {
    private let sample = Monitor<LoadSample?>(nil)

    func answer(_ seen: LoadSample) {
        sample.withLock { $0 = seen }
        sample.wake()
    }

    /// nil: none came by `deadline` (monotonic).
    func wait(until deadline: UInt64) -> LoadSample? { sample.wait(until: deadline) { $0 } }
}

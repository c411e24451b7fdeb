// SPDX-License-Identifier: Apache-2.0
// When the units of an open loop are meant to begin, whatever the service does.

/// The arrivals of one thread: of all arrivals, each `threads`-th, beginning with its own number,
/// so that the threads together keep the exact distances.
struct LoadSchedule {
    private let steps: [LoadPace.Step]
    private let stride: UInt64
    /// The step that `place` lies in: its number, its beginning, and how many arrivals it has.
    private var step = 0
    private var stepStart: UInt64
    private var stepCount: UInt64 = 0
    /// Of the next arrival within its step.
    private var place: UInt64

    /// When the next unit is meant to begin (monotonic, nanoseconds); nil: that was all.
    private(set) var next: UInt64?

    init(_ steps: [LoadPace.Step], start: UInt64, thread: Int = 0, of threads: Int = 1) {
        precondition(steps.allSatisfy { $0.rate > 0 }, "a rate is above 0")
        self.steps = steps
        stride = UInt64(threads)
        place = UInt64(thread)
        stepStart = start
        stepCount = steps.first.map(Self.count) ?? 0
        next = nil
        settle()
    }

    /// The next arrival if it is due; then it is taken.
    mutating func take(by now: UInt64) -> UInt64? {
        guard let due = next, due <= now else { return nil }
        place += stride
        settle()
        return due
    }

    /// The next `count` are left out.
    mutating func skip(_ count: UInt64) {
        place += stride * count
        settle()
    }

    /// How many have not been taken.
    var left: UInt64 {
        guard step < steps.count else { return 0 }
        var total = stepCount
        for later in steps[(step + 1)...] { total += Self.count(later) }
        return total > place ? (total - place + stride - 1) / stride : 0
    }

    private mutating func settle() {
        while step < steps.count, place >= stepCount {
            place -= stepCount
            stepStart += steps[step].lasts.nanoseconds
            step += 1
            stepCount = step < steps.count ? Self.count(steps[step]) : 0
        }
        guard step < steps.count else {
            next = nil
            return
        }
        next = stepStart + UInt64((Double(place) * 1e9 / steps[step].rate).rounded())
    }

    /// Arrivals in a step: those that begin before it ends.
    private static func count(_ step: LoadPace.Step) -> UInt64 {
        let exact = step.rate * Double(step.lasts.nanoseconds) / 1e9
        return UInt64(min(exact.rounded(.up), 1e15))
    }
}

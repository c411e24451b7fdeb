// SPDX-License-Identifier: Apache-2.0
// How long each stage of a dial took, in nanoseconds; a stage that was entered again counts from
// anew.

struct DialTimings {
    /// A stage: from `start` to `end`, exact monotonic time.
    struct Span {
        fileprivate var start: UInt64?
        fileprivate var end: UInt64?
        /// nil: not entered. A stage that failed has lasted until now.
        var nanoseconds: UInt64? {
            start.map { (end ?? Clock.now()) - $0 }
        }
    }
    private(set) var resolving = Span()
    private(set) var connecting = Span()
    private(set) var securing = Span()
    private(set) var tunnelling = Span()

    /// Entered; entering twice without an end changes nothing.
    mutating func begin(_ stage: Dial.Stage) {
        change(stage) { span in
            if span.start == nil || span.end != nil { span = Span(start: Clock.now(), end: nil) }
        }
    }

    mutating func end(_ stage: Dial.Stage) {
        change(stage) { $0.end = Clock.now() }
    }

    private mutating func change(_ stage: Dial.Stage, _ body: (inout Span) -> Void) {
        switch stage {
        case .resolving: body(&resolving)
        case .connecting: body(&connecting)
        case .securing, .settling: body(&securing)
        case .tunnelling: body(&tunnelling)
        }
    }
}

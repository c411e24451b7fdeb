// SPDX-License-Identifier: Apache-2.0
// How one knows that an answer is whole, without understanding it.

struct AnswerGauge {
    enum Verdict: Equatable {
        case more, whole
        /// Bytes behind the end of the answer: what comes next could not be told apart.
        case excess
    }
    private let answer: Exchange.Answer
    /// Bytes of this answer.
    private(set) var count: UInt64 = 0
    private(set) var isWhole: Bool

    /// For an answer of which nothing has come.
    init(_ answer: Exchange.Answer) {
        self.answer = answer
        isWhole = answer == .bytes(0)
    }

    mutating func take(_ bytes: RawSpan) -> Verdict {
        let new = UInt64(bytes.byteCount)
        if new == 0 { return isWhole ? .whole : .more }
        if isWhole { return .excess }
        count += new
        switch answer {
        case .bytes(let wanted):
            if count > wanted { return .excess }
            isWhole = count == wanted
        case .line:
            guard let end = Self.firstLineFeed(bytes) else { return .more }
            if end + 1 < bytes.byteCount { return .excess }
            isWhole = true
        }
        return isWhole ? .whole : .more
    }

    private static func firstLineFeed(_ bytes: RawSpan) -> Int? {
        bytes.withUnsafeBytes { $0.firstIndex(of: 0x0A) }
    }
}

// SPDX-License-Identifier: Apache-2.0
// What this process serves by itself, in place of an upstream: something to try and to load it
// with.

public enum LocalService: String, Sendable, CaseIterable {
    /// Requests that begin with a `WorkOrder` get what they ask for; anything else comes back.
    case answer
    /// Every byte comes back.
    case echo
    /// Takes everything, gives nothing.
    case discard
    /// Gives without end; what comes is ignored.
    case source

    func side() -> any Side {
        switch self {
        case .answer: AnswerSide()
        case .echo: EchoSide()
        case .discard: DiscardSide()
        case .source: SourceSide()
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// How a stream ended, as its reader saw it.

public enum Ending: Equatable, Sendable {
    /// FIN; on TLS after a close_notify.
    case end
    /// ECONNRESET.
    case reset
    /// TLS only: a FIN without close_notify.
    case truncated
    /// TLS only: a fatal alert of the peer, by its number (42 bad certificate, 48 unknown CA …).
    case alert(Int)

    public var isAlert: Bool { if case .alert = self { true } else { false } }
}

public enum Received: Equatable, Sendable {
    case bytes(Int)
    case ended(Ending)
}

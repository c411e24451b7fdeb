// SPDX-License-Identifier: Apache-2.0
// What sessions have carried, and how they ended, as sums.

/// Sums over the life of the process, of sessions that have ended and of those that run.
public struct TrafficStatus: Sendable, Equatable {
    /// Open now.
    public var open = 0
    /// Begun so far, the open ones too.
    public var sessions: UInt64 = 0
    /// Ended otherwise than completed.
    public var failed: UInt64 = 0
    public var bytesUp: UInt64 = 0
    public var bytesDown: UInt64 = 0
    /// TLS handshakes of sessions that have ended, and how many resumed an earlier one.
    public var handshakes: UInt64 = 0
    public var resumed: UInt64 = 0

    public init() {}
}

extension TrafficStatus {
    /// Adds a session that has ended, and its handshake on the side that is counted.
    mutating func count(_ record: SessionRecord, handshake: SessionRecord.TLS?) {
        sessions += 1
        if !record.isCompleted { failed += 1 }
        bytesUp += record.bytesUp
        bytesDown += record.bytesDown
        if let handshake { count(handshake: handshake) }
    }

    mutating func count(handshake: SessionRecord.TLS) {
        handshakes += 1
        if handshake.resumed { resumed += 1 }
    }
}

extension SessionRecord {
    /// Of handshakes that were made for this session: those of carriers are counted with them.
    var ownClientTLS: TLS? { clientTunnel == nil ? clientTLS : nil }
    var ownUpstreamTLS: TLS? { upstreamTunnel == nil ? upstreamTLS : nil }
}

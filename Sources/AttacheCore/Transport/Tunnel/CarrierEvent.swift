// SPDX-License-Identifier: Apache-2.0
// What nghttp2 tells a carrier, and where its callbacks write it down.

/// In the order of the frames. `data` points into the worker's scratch and is valid until that is
/// filled again.
enum CarrierEvent {
    /// A head is complete, by its place in `heads`: a request at the accepting end, an answer at
    /// the other.
    case head(Int32, Int)
    case data(Int32, UnsafeRawPointer, Int)
    /// END_STREAM.
    case ended(Int32)
    /// nghttp2 has forgotten the stream; the error code of RST_STREAM, 0 where there was none.
    case closed(Int32, UInt32)
    /// The peer made a mistake on it, for which nghttp2 resets it.
    case mistaken(Int32)
    /// WINDOW_UPDATE; stream 0: of the connection.
    case window(Int32)
    case settings
    /// `isGoodbye`: of the PING that followed the first GOAWAY.
    case pong(isGoodbye: Bool)
    case goaway(UInt32)
    /// We told the peer what it did wrong; nghttp2 takes nothing more.
    case complained(UInt32)
}

/// What the callbacks of one carrier get: lists, and nothing that could be driven.
final class CarrierInbox {
    var events: [CarrierEvent] = []
    /// Those that are complete and not acted upon yet.
    var heads: [TunnelHead] = []
    /// The one that is being read: a block of headers is not interrupted (RFC 9113 §4.3).
    var head = TunnelHead()
    /// Frames that cost work and move nothing.
    var budget = FrameBudget()
    /// What nghttp2 found wrong, in its words; the last one counts.
    var complaint: String?
    /// Of GOAWAY, for people: what the peer wrote beside the code.
    var farewell = ""
    let record: FrameRecord
    unowned let end: TLSEnd

    init(_ record: FrameRecord, _ end: TLSEnd) {
        self.record = record
        self.end = end
    }
}

/// How many frames that carry nothing (SETTINGS, PING, PRIORITY, empty DATA, unknown ones, and
/// those that are wrong) a peer may send: a burst, then so many a second. Without a clock of its
/// own.
struct FrameBudget {
    private var left = Limits.idleFramesBurst
    private var refilled: UInt64 = 0
    private(set) var isExceeded = false

    mutating func spend() {
        left -= 1
        if left < 0 { isExceeded = true }
    }

    /// `now`: monotonic, nanoseconds.
    mutating func refill(now: UInt64) {
        let perFrame = 1_000_000_000 / UInt64(Limits.idleFramesPerSecond)
        let earned = (now - min(refilled, now)) / perFrame
        if earned == 0 { return }
        left = Int(min(UInt64(max(left, 0)) + earned, UInt64(Limits.idleFramesBurst)))
        refilled = now
    }
}

// SPDX-License-Identifier: Apache-2.0
// What the carriers of one worker share, and what they ask of whoever owns them.

/// Its `settle` comes before that of the TLS works: frames become records first.
final class TunnelWorks {
    let loop: EventLoop
    let scratch: Scratch
    let record = FrameRecord()
    /// The process ends: nobody waits longer for a peer's end than what was said needs.
    var isStopping = false
    private var unsettled: [Carrier] = []
    private static let numbers = Monitor<UInt64>(0)

    init(loop: EventLoop, scratch: Scratch) {
        self.loop = loop
        self.scratch = scratch
    }

    static func nextNumber() -> UInt64 {
        numbers.withLock { number in
            number += 1
            return number
        }
    }

    func settleLater(_ carrier: Carrier) { unsettled.append(carrier) }

    /// The end of a loop turn: carriers frame what was asked of them, then the half-filled record
    /// is sealed. One that settles may give another something to do.
    func settle() {
        var at = 0
        while at < unsettled.count {
            unsettled[at].settle()
            at += 1
        }
        unsettled.removeAll(keepingCapacity: true)
        record.seal()
    }
}

/// A pool at the dialling end, what a listener made at the other. Called on the worker's thread.
protocol CarrierOwner: AnyObject {
    /// The peer's SETTINGS have come.
    func carrierOpened(_ carrier: Carrier)
    /// Somebody asks for something: the owner accepts or refuses it, now or later.
    func carrier(_ carrier: Carrier, brings stream: StreamSide, asking head: TunnelHead)
    /// A stream has ended, or the peer admits more.
    func carrierHasRoom(_ carrier: Carrier)
    /// Its peer has not said a word for as long as a session may wait; or has said one again.
    func carrier(_ carrier: Carrier, isInDoubt: Bool)
    /// No new streams; it closes by itself after the last one.
    func carrierRetires(_ carrier: Carrier)
    /// It carries nothing any more. `why` nil: as it should; `streams`: so many were cut off, and
    /// have been told.
    func carrierClosed(_ carrier: Carrier, _ why: SideFailure?, lost streams: Int, wasOpen: Bool)
    /// Its socket is closed too.
    func carrierVanished(_ carrier: Carrier)
}

// SPDX-License-Identifier: Apache-2.0
// A side made of arrays: gives, takes, ends and dies as a test tells it, and watches its caller's
// manners.

import Testing

@testable import AttacheCore

/// Edge-triggered like a real one: it tells only what it still owes, so a forgotten wake-up hangs.
final class FakeSide: Side {
    unowned(unsafe) var owner: (any SideOwner)?

    // What the test decides.
    private var toGive: [UInt8] = []
    private var given = 0
    private var ending: Ending?
    /// A pull brings no more than this.
    var chunk = Int.max
    /// It takes so many more bytes.
    var appetite: Int
    /// An offer, of which it said that there is room, takes no more than this.
    var bite = Int.max
    /// finish() answers this.
    var canFinish = true
    private(set) var isDead = false
    private(set) var aborted = false
    var undelivered = 0

    // What it saw.
    private(set) var pulls = 0
    /// What room(for:) was asked.
    private(set) var wanted: [Int] = []
    private(set) var got: [UInt8] = []
    private(set) var givenBack = 0
    private(set) var finishes = 0
    private(set) var isFinished = false
    /// Somebody was told "less", "no" or "not yet".
    private var owes: News = []

    init(gives bytes: [UInt8] = [], then ending: Ending? = nil, appetite: Int = .max) {
        toGive = bytes
        self.ending = ending
        self.appetite = appetite
    }

    // MARK: what happens to it; each answers what an event loop would hear of it

    func feed(_ bytes: [UInt8]) -> News {
        toGive += bytes
        return told(.gives)
    }

    func end(_ how: Ending) -> News {
        ending = how
        if how == .reset { aborted = true }
        return told(.gives)
    }

    func hunger(_ count: Int) -> News {
        appetite = appetite == .max || count == .max ? .max : appetite + count
        return appetite > 0 && canFinish ? told(.takes) : []
    }

    /// It can neither give nor take any more; what it still gives comes before its reset.
    func die() -> News {
        isDead = true
        _ = end(.reset)
        return .both
    }

    private func told(_ news: News) -> News {
        defer { owes.subtract(news) }
        return owes.intersection(news)
    }

    // MARK: Side

    func note(_ events: UInt32) -> News { [] }
    func open() -> Opened { .ready }

    func pull(into room: inout OutputRawSpan) -> Pulled {
        if room.freeCapacity == 0 { Issue.record("a pull without room") }
        pulls += 1
        let count = min(room.freeCapacity, chunk, toGive.count - given)
        if count == 0 {
            if let ending { return .end(ending) }
            owes.insert(.gives)
            return .nothing
        }
        toGive[given..<given + count].withUnsafeBytes { from in
            room.withUnsafeMutableBytes { buffer, used in
                // `count` is at most the free part, which begins at `used`.
                UnsafeMutableRawBufferPointer(rebasing: buffer[used..<used + count])
                    .copyMemory(from: from)
                used += count
            }
        }
        given += count
        return .bytes
    }

    var dry: Bool {
        let isDry = given == toGive.count && ending == nil
        if isDry { owes.insert(.gives) }
        return isDry
    }

    func delivered(_ count: Int) {
        if count < 0 { Issue.record("a negative number was given back") }
        givenBack += count
    }

    func room(for wanted: Int) -> Int {
        self.wanted.append(wanted)
        // Death is learnt by offering.
        let room = isDead ? wanted : min(wanted, appetite)
        if room == 0 { owes.insert(.takes) }
        return room
    }

    func offer(_ bytes: RawSpan) -> Offered {
        if isFinished { Issue.record("an offer after the end") }
        if isDead { return .dead }
        let count = min(bytes.byteCount, appetite, bite)
        bytes.withUnsafeBytes { got += $0.prefix(count) }
        if appetite != .max { appetite -= count }
        if count < bytes.byteCount { owes.insert(.takes) }
        return .took(count)
    }

    func finish() -> Bool {
        if isFinished { Issue.record("it was finished twice") }
        finishes += 1
        isFinished = canFinish
        if !canFinish { owes.insert(.takes) }
        return canFinish
    }

    func abort(alerting: Bool) {}
    func close(abortively: Bool) {}
    var socket: Socket? { nil }
    var isPlain: Bool { false }
    var failure: SideFailure? { nil }
    var wasTruncated: Bool { false }
    var negotiated: TLSNegotiated? { nil }
}

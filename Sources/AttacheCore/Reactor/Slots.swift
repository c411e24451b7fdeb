// SPDX-License-Identifier: Apache-2.0
// Who lives on a worker: slots with generations, so that stale events are recognised, and the ready
// list.

/// Whatever has a slot: a session, a listener, the worker's own ear for its mailbox.
protocol Wakeable: AnyObject {
    /// Readiness of one of its descriptors. Sets flags and sends what is sealed; never drives.
    func note(_ events: UInt32, part: Int)
    /// Its turn.
    func run()
    /// A message from another thread.
    func receive(_ message: any Sendable)
    /// Acts on deadlines that have passed; answers when it wants to be asked again (.max: never).
    func sweep(now: UInt64) -> UInt64
}

/// Names a slot, its generation and one of its descriptors (`part`), in the 64 bits of an epoll
/// event: generation 32 | slot 28 | part 4.
struct Token: Hashable, Sendable {
    static let partBits: UInt64 = 4
    let raw: UInt64

    init(raw: UInt64) { self.raw = raw }

    init(slot: Int, generation: UInt32) {
        raw = UInt64(generation) << 32 | UInt64(slot) << Self.partBits
    }

    var part: Int { Int(raw & (1 << Self.partBits - 1)) }
    var slot: Int { Int(UInt32(truncatingIfNeeded: raw) >> UInt32(Self.partBits)) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: raw >> 32) }
    func part(_ part: Int) -> Token {
        precondition(part < 1 << Self.partBits, "a slot tells 16 descriptors apart")
        return Token(raw: raw & ~(1 << Self.partBits - 1) | UInt64(part))
    }
}

/// Each verb is one short access; none calls out.
struct Slots {
    private struct Slot {
        var generation: UInt32 = 1
        var who: (any Wakeable)?
        var isQueued = false
    }
    private var slots: [Slot] = []
    private var free: [Int] = []
    private var ready: [Token] = []
    private var readyAt = 0
    /// Events for a generation that is gone.
    private(set) var staleEvents: UInt64 = 0

    var isReady: Bool { readyAt < ready.count }
    var count: Int { slots.count }

    mutating func register(_ who: any Wakeable) -> Token {
        let index =
            free.popLast()
            ?? {
                slots.append(Slot())
                return slots.count - 1
            }()
        slots[index].who = who
        return Token(slot: index, generation: slots[index].generation)
    }

    /// Somebody else sits in the slot from now on; what is on its way for it reaches them.
    mutating func hand(_ token: Token, to other: any Wakeable) {
        if let index = find(token) { slots[index].who = other }
    }

    mutating func release(_ token: Token) {
        guard let index = find(token) else { return }
        slots[index].who = nil
        slots[index].generation &+= 1
        slots[index].isQueued = false
        free.append(index)
    }

    private func find(_ token: Token) -> Int? {
        let index = token.slot
        guard index < slots.count, slots[index].generation == token.generation else { return nil }
        return index
    }

    private mutating func queue(_ index: Int, _ token: Token) {
        if slots[index].isQueued { return }
        slots[index].isQueued = true
        ready.append(token)
    }

    mutating func wake(_ token: Token) {
        if let index = find(token) { queue(index, token) }
    }

    /// An event or a message came: queues its receiver and answers it.
    mutating func told(_ token: Token) -> (any Wakeable)? {
        guard let index = find(token) else {
            staleEvents &+= 1
            return nil
        }
        queue(index, token)
        return slots[index].who
    }

    /// How many are ready now: a turn of the loop runs these, whoever they wake comes next time.
    var readyCount: Int { ready.count - readyAt }

    /// The next that is ready.
    mutating func next() -> (any Wakeable)? {
        while readyAt < ready.count {
            let token = ready[readyAt]
            readyAt += 1
            guard let index = find(token) else { continue }
            slots[index].isQueued = false
            return slots[index].who
        }
        return nil
    }

    /// The turn is over: what has run leaves the list.
    mutating func endTurn() {
        if readyAt == ready.count {
            ready.removeAll(keepingCapacity: true)
        } else {
            ready.removeFirst(readyAt)
        }
        readyAt = 0
    }

    func occupant(_ index: Int) -> (any Wakeable)? { slots[index].who }
}

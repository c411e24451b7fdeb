// SPDX-License-Identifier: Apache-2.0
// Short waits: the next address of a dial, an abort's look at the send queue, a pause in accepting.
// Long deadlines need no timer: the sweep finds them (EventLoop).

/// A binary heap of (when, who). Nothing is ever cancelled: a token that is gone wakes nobody.
struct TimerHeap {
    private struct Entry {
        let at: UInt64
        let token: Token
    }
    private var entries: [Entry] = []

    var earliest: UInt64 { entries.first?.at ?? .max }
    var count: Int { entries.count }

    mutating func add(_ token: Token, at: UInt64) {
        entries.append(Entry(at: at, token: token))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            if entries[parent].at <= entries[child].at { break }
            entries.swapAt(parent, child)
            child = parent
        }
    }

    /// The next whose time has come.
    mutating func pop(dueBy now: UInt64) -> Token? {
        guard let first = entries.first, first.at <= now else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < entries.count && entries[child].at < entries[least].at {
                least = child
            }
            if least == parent { break }
            entries.swapAt(parent, least)
            parent = least
        }
        return first.token
    }
}

// SPDX-License-Identifier: Apache-2.0
// What the control thread does when nothing else is to be done.

struct Chores {
    private let tally: Tally
    private var trimmedAt: UInt64 = 0
    private var seen: UInt64 = 0

    init(_ tally: Tally) {
        self.tally = tally
    }

    /// Gives memory back behind a burst of sessions; not in the middle of one: trimming holds the
    /// allocator's locks.
    mutating func tidyUp() {
        let ended = tally.totals.clients.sessions
        if ended == seen && ended != trimmedAt {
            Process.trimMemory()
            trimmedAt = ended
        }
        seen = ended
    }
}

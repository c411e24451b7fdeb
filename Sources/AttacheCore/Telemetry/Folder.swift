// SPDX-License-Identifier: Apache-2.0
// A complaint that repeats is printed once, then only as a count a minute.

/// Pure; times are nanoseconds of any clock that only goes forward. Complaints are told apart by
/// their kind, since addresses and numbers in their messages differ.
struct Folder: Sendable {
    private struct Complaint {
        /// The newest of its kind: counts are told with it.
        var event: EventRecord
        /// When something was printed about it.
        var since: UInt64
        /// How often it was heard since then.
        var more = 0
    }

    private var complaints: [String: Complaint] = [:]
    private let foldedFor: UInt64
    private let kindsMax: Int
    /// When a minute has passed for one of them; `due` has nothing to say earlier.
    private(set) var nextDue: UInt64?

    init(foldedForNanoseconds: UInt64, kindsMax: Int) {
        precondition(kindsMax > 0, "a folder that remembers nothing folds nothing")
        self.foldedFor = foldedForNanoseconds
        self.kindsMax = kindsMax
    }

    /// What to print now: counts that are due, and this one if it is news.
    mutating func hear(kind: String, _ event: EventRecord, now: UInt64) -> [EventRecord] {
        var lines = due(now: now)
        if complaints[kind] != nil {
            complaints[kind]?.event = event
            complaints[kind]?.more += 1
            return lines
        }
        if complaints.count >= kindsMax { lines += evictOldest(now: now) }
        complaints[kind] = Complaint(event: event, since: now)
        lookAgain()
        return lines + [event]
    }

    /// The counts of those whose minute has passed. One that was heard goes on being folded; one
    /// that was not is forgotten, and its next occurrence is news.
    mutating func due(now: UInt64) -> [EventRecord] {
        guard let nextDue, now >= nextDue else { return [] }
        var lines: [EventRecord] = []
        for (kind, complaint) in inOrder where now >= complaint.since + foldedFor {
            lines += Self.count(complaint, now: now)
            complaints[kind] =
                complaint.more > 0 ? Complaint(event: complaint.event, since: now) : nil
        }
        lookAgain()
        return lines
    }

    /// Every count, due or not: nobody will ask again.
    mutating func finish(now: UInt64) -> [EventRecord] {
        defer {
            complaints = [:]
            nextDue = nil
        }
        return inOrder.flatMap { Self.count($0.value, now: now) }
    }

    private var inOrder: [(key: String, value: Complaint)] {
        complaints.sorted { $0.value.since < $1.value.since }
    }

    private mutating func evictOldest(now: UInt64) -> [EventRecord] {
        guard let oldest = inOrder.first else { return [] }
        complaints[oldest.key] = nil
        return Self.count(oldest.value, now: now)
    }

    private mutating func lookAgain() {
        nextDue = complaints.values.map(\.since).min().map { $0 + foldedFor }
    }

    private static func count(_ complaint: Complaint, now: UInt64) -> [EventRecord] {
        guard complaint.more > 0 else { return [] }
        let seconds = (now - complaint.since) / 1_000_000_000
        let time = (55...65).contains(seconds) ? "minute" : "\(max(1, seconds)) s"
        let times = complaint.more == 1 ? "1 more time" : "\(complaint.more) more times"
        var event = complaint.event
        event.message += " (\(times) in the last \(time))"
        return [event]
    }
}

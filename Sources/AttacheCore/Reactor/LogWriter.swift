// SPDX-License-Identifier: Apache-2.0
// The only writer of one log: a thread that may block so that nobody else has to.

import Synchronization

/// What it is given waits in bounded memory; beyond that it is dropped, counted and told later.
/// Text is made on its thread. A put takes a lock for a moment, and a system call only when the
/// thread sleeps; what has piled up leaves by one write.
final class LogWriter: Sendable {
    /// Behind a pointer: a record is 500 bytes, and what waits is moved about.
    indirect enum Entry: Sendable {
        case session(SessionRecord)
        case event(EventRecord)
        /// Lines behind it go there.
        case turn(LogTarget)
        /// Lines behind it go to the file that has the name now.
        case reopen

        var isLine: Bool {
            switch self {
            case .session, .event: true
            case .turn, .reopen: false
            }
        }
    }

    struct State {
        var waiting: [Entry] = []
        /// Taken by the thread and not yet written.
        var writing = 0
        /// Dropped and not yet told.
        var lost = 0
        /// Losses are told no earlier than this while lines wait: they must not fill the log.
        var tellAgain: UInt64 = 0
        var folder: Folder
        /// Of where it writes.
        var name: String

        var isIdle: Bool { waiting.isEmpty && writing == 0 }
    }

    let monitor: Monitor<State>
    private let entriesMax: Int
    /// Who tells what this one lost; nil: it does so itself when it can write again.
    let complaints: LogWriter?
    private let silent: Atomic<Bool>

    /// Its lines go nowhere, so nobody needs to make them.
    var isSilent: Bool { silent.load(ordering: .relaxed) }

    var name: String { monitor.withLock { $0.name } }

    init(
        _ target: LogTarget, complaints: LogWriter? = nil,
        entriesMax: Int = Limits.logLinesWaitingMax, foldedFor: Duration = Limits.foldedFor
    ) throws(Errno) {
        self.complaints = complaints
        self.entriesMax = entriesMax
        silent = Atomic(target.output == nil)
        let folder = Folder(
            foldedForNanoseconds: foldedFor.nanoseconds, kindsMax: Limits.foldedKindsMax)
        monitor = Monitor(State(folder: folder, name: target.name))
        try Thread.spawn(name: "log") { self.run(target) }
    }

    func put(_ entry: Entry) {
        let stuck = monitor.withLock { state -> String? in
            let lostBefore = state.lost
            enqueue(entry, &state)
            return lostBefore == 0 && state.lost > 0 ? state.name : nil
        }
        monitor.wake()
        // While it is stuck only another can say so.
        if let stuck {
            complaints?.complain(
                kind: "\(stuck) full",
                "\(stuck) takes lines too slowly: \(entriesMax) wait, more are lost")
        }
    }

    /// A complaint that is printed once a minute, with a count.
    func fold(kind: String, _ event: EventRecord) {
        let hasLines = monitor.withLock { state in
            let due = state.folder.hear(kind: kind, event, now: Clock.now())
            for event in due { enqueue(.event(event), &state) }
            return !due.isEmpty
        }
        if hasLines { monitor.wake() }
    }

    func complain(kind: String, _ message: String) { fold(kind: kind, Self.warning(message)) }

    static func warning(_ message: String) -> EventRecord {
        EventRecord(time: Clock.wall(), level: .warning, subsystem: .log, message: message)
    }

    func turn(to target: LogTarget) {
        silent.store(target.output == nil, ordering: .relaxed)
        put(.turn(target))
    }

    /// Waits until everything is written, at most until `deadline` (monotonic). Answers how many
    /// lines were not.
    func flush(until deadline: UInt64) -> Int {
        monitor.withLock { state in
            for event in state.folder.finish(now: Clock.now()) {
                enqueue(.event(Self.dated(event)), &state)
            }
        }
        monitor.wake()
        _ = monitor.wait(until: deadline) { $0.isIdle ? () : nil }
        return monitor.withLock { $0.waiting.count + $0.writing + $0.lost }
    }

    /// A count is told later than what it counts.
    static func dated(_ event: EventRecord) -> EventRecord {
        var event = event
        event.time = Clock.wall()
        return event
    }

    func enqueue(_ entry: Entry, _ state: inout State) {
        // What changes the writer is never dropped, and rare.
        if state.waiting.count + state.writing < entriesMax || !entry.isLine {
            state.waiting.append(entry)
        } else {
            state.lost += 1
        }
    }
}

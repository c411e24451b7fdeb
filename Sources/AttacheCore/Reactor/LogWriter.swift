// SPDX-License-Identifier: Apache-2.0
// The only writer of one log stream: a thread that may block so that nobody else has to.

/// What it is given waits in bounded memory; beyond that it is dropped, counted and told later.
/// Text is made on its thread. A put takes a lock for a moment, and a system call only when the
/// thread sleeps; what has piled up leaves by one write.
final class LogWriter: Sendable {
    enum Entry: Sendable {
        /// Behind a pointer: a record is 500 bytes, and what waits is moved about.
        indirect case session(SessionRecord)
        case line(String)
    }

    private struct State {
        var waiting: [Entry] = []
        /// Taken by the thread and not yet written.
        var writing = 0
        /// Dropped and not yet told.
        var lost = 0
        /// Losses are told no earlier than this while lines wait: they must not fill the log.
        var tellAgain: UInt64 = 0
        var folder: Folder

        var isIdle: Bool { waiting.isEmpty && writing == 0 }
    }

    /// 64 KiB: what a default pipe holds (pipe(7)).
    private static let batchBytes = 64 * 1024

    private let monitor: Monitor<State>
    private let output: BlockingOutput
    /// As it is called in complaints: "standard output".
    private let name: String
    private let sessionsAsJSON: Bool
    private let entriesMax: Int
    /// Who tells what this one lost; nil: it does so itself when it can write again.
    private let complaints: LogWriter?

    init(
        _ output: BlockingOutput, name: String, sessionsAsJSON: Bool = false,
        complaints: LogWriter? = nil, entriesMax: Int = Limits.logLinesWaitingMax,
        foldedFor: Duration = Limits.foldedFor
    ) throws(Errno) {
        self.output = output
        self.name = name
        self.sessionsAsJSON = sessionsAsJSON
        self.complaints = complaints
        self.entriesMax = entriesMax
        let folder = Folder(
            foldedForNanoseconds: foldedFor.nanoseconds, kindsMax: Limits.foldedKindsMax)
        monitor = Monitor(State(folder: folder))
        try Thread.spawn(name: "log") { self.run() }
    }

    func put(_ entry: Entry) {
        let isFirstLoss = monitor.withLock { state in
            let lostBefore = state.lost
            enqueue(entry, &state)
            return lostBefore == 0 && state.lost > 0
        }
        monitor.wake()
        // While it is stuck only another can say so.
        if isFirstLoss {
            complaints?.fold(
                kind: "\(name) full",
                "\(name) is not read fast enough: \(entriesMax) lines wait, more are lost")
        }
    }

    /// A complaint that is printed once a minute, with a count.
    func fold(kind: String, _ message: String) {
        let hasLines = monitor.withLock { state in
            let lines = state.folder.hear(kind: kind, message, now: Clock.now())
            for line in lines { enqueue(.line(line), &state) }
            return !lines.isEmpty
        }
        if hasLines { monitor.wake() }
    }

    /// Waits until everything is written, at most until `deadline` (monotonic). Answers how many
    /// lines were not.
    func flush(until deadline: UInt64) -> Int {
        monitor.withLock { state in
            for line in state.folder.finish(now: Clock.now()) { enqueue(.line(line), &state) }
        }
        monitor.wake()
        _ = monitor.wait(until: deadline) { $0.isIdle ? () : nil }
        return monitor.withLock { $0.waiting.count + $0.writing + $0.lost }
    }

    private func enqueue(_ entry: Entry, _ state: inout State) {
        if state.waiting.count + state.writing < entriesMax {
            state.waiting.append(entry)
        } else {
            state.lost += 1
        }
    }
}

// What its thread does.
extension LogWriter {
    private func run() -> Never {
        var batch: [UInt8] = []
        while true {
            var count = 0
            for entry in take() {
                append(entry, to: &batch)
                count += 1
                if batch.count >= Self.batchBytes { write(&batch, count: &count) }
            }
            if count > 0 { write(&batch, count: &count) }
            // Under load lines come one by one, each would wake this thread: let some gather.
            Thread.nap(Limits.logLinesGather)
        }
    }

    /// Sleeps until there is something to write.
    private func take() -> [Entry] {
        let nextDue = monitor.withLock { $0.folder.nextDue }
        let entries = monitor.wait(until: nextDue) { state -> [Entry]? in
            for line in state.folder.due(now: Clock.now()) { enqueue(.line(line), &state) }
            if state.waiting.isEmpty { return nil }
            state.writing = state.waiting.count
            defer { state.waiting = [] }
            return state.waiting
        }
        return entries ?? []
    }

    private func append(_ entry: Entry, to batch: inout [UInt8]) {
        switch entry {
        case .session(let record):
            let line = sessionsAsJSON ? SessionLine.json(record) : SessionLine.text(record)
            batch.append(contentsOf: line.utf8)
        case .line(let message):
            batch.append(contentsOf: "attache: ".utf8)
            batch.append(contentsOf: LogText.lines(message).utf8)
        }
        batch.append(UInt8(ascii: "\n"))
    }

    private func write(_ batch: inout [UInt8], count: inout Int) {
        do throws(Errno) {
            try output.write(batch)
            settle(written: count)
        } catch {
            // Nobody reads it any more (EPIPE), or a disk is full: the sessions go on.
            monitor.withLock { state in
                state.writing -= count
                state.lost += count
            }
            complaints?.fold(kind: "\(name) failed", "cannot write to \(name): \(error)")
        }
        monitor.wake()
        batch.removeAll(keepingCapacity: batch.capacity <= 2 * Self.batchBytes)
        count = 0
    }

    /// There is room again: time to tell what was lost, once a second while more is waiting.
    private func settle(written: Int) {
        let now = Clock.now()
        let lost = monitor.withLock { state in
            state.writing -= written
            guard state.lost > 0, state.isIdle || now >= state.tellAgain else { return 0 }
            state.tellAgain = now + 1_000_000_000
            defer { state.lost = 0 }
            return state.lost
        }
        guard lost > 0 else { return }
        let lines = lost == 1 ? "1 line" : "\(lost) lines"
        let message = "\(lines) of \(name) lost: could not be written fast enough, or not at all"
        (complaints ?? self).put(.line(message))
    }
}

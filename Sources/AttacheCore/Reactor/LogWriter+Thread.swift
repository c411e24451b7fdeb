// SPDX-License-Identifier: Apache-2.0
// What the thread of a log writer does: takes what waits, makes lines of it and writes them.

/// Only the thread touches it.
private struct Desk {
    var target: LogTarget
    var batch: [UInt8] = []
    /// Entries that are done when the batch is written, and how many of them are lines.
    var count = 0
    var lines = 0
    /// A write has failed, perhaps in the middle of a line.
    var isTorn = false
}

extension LogWriter {
    /// 64 KiB: what a default pipe holds (pipe(7)).
    private static var batchBytes: Int { 64 * 1024 }

    func run(_ target: LogTarget) -> Never {
        var desk = Desk(target: target)
        while true {
            for entry in take() {
                work(entry, &desk)
                desk.count += 1
                if entry.isLine { desk.lines += 1 }
                if desk.batch.count >= Self.batchBytes { write(&desk) }
            }
            if desk.count > 0 { write(&desk) }
            // Under load lines come one by one, each would wake this thread: let some gather.
            Thread.nap(Limits.logLinesGather)
        }
    }

    /// Sleeps until there is something to write.
    private func take() -> [Entry] {
        let nextDue = monitor.withLock { $0.folder.nextDue }
        let entries = monitor.wait(until: nextDue) { state -> [Entry]? in
            for event in state.folder.due(now: Clock.now()) {
                enqueue(.event(Self.dated(event)), &state)
            }
            if state.waiting.isEmpty { return nil }
            state.writing = state.waiting.count
            defer { state.waiting = [] }
            return state.waiting
        }
        return entries ?? []
    }

    private func work(_ entry: Entry, _ desk: inout Desk) {
        switch entry {
        case .session(let record): append(desk.target.form.line(record), to: &desk)
        case .event(let event): append(desk.target.form.line(event), to: &desk)
        case .turn(let next):
            if desk.count > 0 { write(&desk) }
            desk.target = next
            desk.isTorn = false
            monitor.withLock { $0.name = next.name }
        case .reopen:
            if desk.count > 0 { write(&desk) }
            reopen(&desk)
        }
    }

    private func append(_ line: String, to desk: inout Desk) {
        if desk.target.output == nil { return }
        desk.batch.append(contentsOf: line.utf8)
        desk.batch.append(UInt8(ascii: "\n"))
    }

    private func reopen(_ desk: inout Desk) {
        do throws(Errno) {
            try desk.target.reopen()
            desk.isTorn = false
        } catch {
            let event = EventRecord(
                time: Clock.wall(), level: .error, subsystem: .log,
                message: "cannot open the log \(desk.target.name) again: \(error); its lines go "
                    + "on to the file that was open before")
            // The events may be what cannot be opened. Never waited for: this thread has lines.
            let error = BlockingOutput.standardError
            guard error.hasRoom else { return }
            _ = try? error.write(Array((EventLine.text(event) + "\n").utf8))
        }
    }

    private func write(_ desk: inout Desk) {
        defer {
            desk.batch.removeAll(keepingCapacity: desk.batch.capacity <= 2 * Self.batchBytes)
            (desk.count, desk.lines) = (0, 0)
            monitor.wake()
        }
        do throws(Errno) {
            // What was torn off must not grow together with what comes now.
            if desk.isTorn { try desk.target.output?.write([UInt8(ascii: "\n")]) }
            desk.isTorn = false
            try desk.target.output?.write(desk.batch)
            settle(written: desk.count)
        } catch {
            // Nobody reads it any more (EPIPE), or a disk is full: the sessions go on.
            desk.isTorn = desk.target.path != nil
            let (count, lines, name) = (desk.count, desk.lines, desk.target.name)
            monitor.withLock { state in
                state.writing -= count
                state.lost += lines
            }
            complaints?.complain(kind: "\(name) failed", "cannot write to \(name): \(error)")
        }
    }

    /// There is room again: time to tell what was lost, once a second while more is waiting.
    private func settle(written: Int) {
        let now = Clock.now()
        let (lost, name) = monitor.withLock { state in
            state.writing -= written
            guard state.lost > 0, state.isIdle || now >= state.tellAgain else {
                return (0, state.name)
            }
            state.tellAgain = now + 1_000_000_000
            defer { state.lost = 0 }
            return (state.lost, state.name)
        }
        guard lost > 0 else { return }
        let lines = lost == 1 ? "1 line" : "\(lost) lines"
        let message = "\(lines) of \(name) lost: could not be written fast enough, or not at all"
        (complaints ?? self).put(.event(Self.warning(message)))
    }
}

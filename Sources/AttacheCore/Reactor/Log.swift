// SPDX-License-Identifier: Apache-2.0
// What the core says: one line a session, and events; where to, how loud and in which form.

import Logging

/// Two threads, one for session lines and one for events, so that a standard output nobody reads
/// does not silence standard error. No call blocks, and any thread may make it.
final class Log: Sendable {
    private let sessions: LogWriter
    private let events: LogWriter
    private let levels: LogLevels
    /// One a subsystem, in their order.
    private let loggers: [Logger]
    private let streams: LogStreams
    private let current: Monitor<LogSettings>

    init(_ settings: LogSettings, streams: LogStreams = LogStreams()) throws(StartFailure) {
        self.streams = streams
        current = Monitor(settings)
        let target = try LogTarget(
            settings.events, settings.format, for: .events, streams: streams)
        let access = try LogTarget(
            settings.access, settings.format, for: .sessions, streams: streams)
        do throws(Errno) {
            events = try LogWriter(target)
            sessions = try LogWriter(access, complaints: events)
        } catch {
            throw StartFailure(
                message: "cannot start the log: \(error)", exitCode: ExitCode.failure)
        }
        let (levels, writer) = (LogLevels(settings), events)
        self.levels = levels
        loggers = Subsystem.allCases.enumerated().map { place, subsystem in
            Logger(label: subsystem.rawValue) { _ in
                EventHandler(subsystem, place: place, levels: levels, writer: writer)
            }
        }
    }

    /// At the end of a session.
    func session(_ record: SessionRecord) {
        if !sessions.isSilent { sessions.put(.session(record)) }
    }

    /// What happens once, or always matters. The message is made only if it is written.
    func event(
        _ subsystem: Subsystem, _ level: LogLevel, _ message: @autoclosure () -> String
    ) {
        if events.isSilent { return }
        loggers[subsystem.place].log(level: Logger.Level(level), "\(message())")
    }

    /// What may repeat: the first of a kind is printed, then a count a minute. `kind` tells what is
    /// the same; the message may differ (another address).
    func event(
        _ subsystem: Subsystem, _ level: LogLevel = .warning, folding kind: String,
        _ message: @autoclosure () -> String
    ) {
        if events.isSilent { return }
        loggers[subsystem.place].log(
            level: Logger.Level(level), "\(message())",
            metadata: [EventHandler.folding: .string(kind)])
    }

    /// At exit: waits until everything is written, but no longer than `limit` for both.
    func flush(upTo limit: Duration = Limits.logFlushAtExit) {
        let deadline = Clock.now() + limit.nanoseconds
        // Events have a little of the time even where session lines take it all.
        let unwritten = sessions.flush(until: deadline - limit.nanoseconds / 4)
        if unwritten > 0 {
            event(
                .log, .warning,
                "\(unwritten) session lines lost at exit: \(sessions.name) did not take them")
        }
        _ = events.flush(until: deadline)
    }

    // MARK: changes

    /// Files are opened anew by their names, after a rotation. What was said before is in the old
    /// one, what is said later in the new one.
    func reopen() {
        sessions.put(.reopen)
        events.put(.reopen)
    }

    /// What a reload would change, opened and not yet used; nil: it stays where it is.
    struct Change: Sendable {
        fileprivate let settings: LogSettings
        fileprivate var access: LogTarget?
        fileprivate var events: LogTarget?
    }

    /// Opens everything or changes nothing.
    func prepare(_ settings: LogSettings) throws(StartFailure) -> Change {
        let old = current.withLock { $0 }
        var change = Change(settings: settings)
        if (old.access, old.format) != (settings.access, settings.format) {
            change.access = try LogTarget(
                settings.access, settings.format, for: .sessions, streams: streams)
        }
        if (old.events, old.format) != (settings.events, settings.format) {
            do throws(StartFailure) {
                change.events = try LogTarget(
                    settings.events, settings.format, for: .events, streams: streams)
            } catch {
                change.access?.discard()
                throw error
            }
        }
        return change
    }

    /// Levels at once; what was said before still goes where it would have gone.
    func apply(_ change: Change) {
        current.withLock { $0 = change.settings }
        levels.apply(change.settings)
        if let access = change.access { sessions.turn(to: access) }
        if let target = change.events { events.turn(to: target) }
    }
}

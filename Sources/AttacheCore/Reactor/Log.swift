// SPDX-License-Identifier: Apache-2.0
// What the core says: session lines on standard output, everything else on standard error.

/// Two threads, so that a standard output nobody reads does not silence standard error.
/// No call blocks, and any thread may make it.
final class Log: Sendable {
    private let sessions: LogWriter
    private let messages: LogWriter

    init(
        _ settings: LogSettings, output: BlockingOutput = .standardOutput,
        error: BlockingOutput = .standardError
    ) throws(Errno) {
        let json =
            switch settings.format {
            case .auto: !output.isTerminal
            case .json: true
            case .text: false
            }
        messages = try LogWriter(error, name: "standard error")
        sessions = try LogWriter(
            output, name: "standard output", sessionsAsJSON: json, complaints: messages)
    }

    /// At the end of a session.
    func session(_ record: SessionRecord) {
        sessions.put(.session(record))
    }

    /// What happens once, or always matters.
    func event(
        _ subsystem: Subsystem, _ level: LogLevel, _ message: @autoclosure () -> String
    ) {
        messages.put(.line((level >= .warning ? "\(level): " : "") + message()))
    }

    /// What may repeat: the first of a kind is printed, then a count a minute. `kind` tells what is
    /// the same; the message may differ (another address).
    func event(
        _ subsystem: Subsystem, _ level: LogLevel = .warning, folding kind: String,
        _ message: @autoclosure () -> String
    ) {
        messages.fold(kind: kind, (level >= .warning ? "\(level): " : "") + message())
    }

    /// At exit: waits until everything is written, but no longer than `limit` for both streams.
    func flush(upTo limit: Duration = Limits.logFlushAtExit) {
        let deadline = Clock.now() + limit.nanoseconds
        // The messages have a little of the time even where standard output takes it all.
        let unwritten = sessions.flush(until: deadline - limit.nanoseconds / 4)
        if unwritten > 0 {
            event(
                .log, .warning,
                "\(unwritten) session lines lost at exit: standard output did not take them"
            )
        }
        _ = messages.flush(until: deadline)
    }
}

// SPDX-License-Identifier: Apache-2.0
// What the core says: session lines on standard output, everything else on standard error.

/// Two threads, so that a standard output nobody reads does not silence standard error.
/// No call blocks, and any thread may make it.
final class Log: Sendable {
    private let sessions: LogWriter
    private let messages: LogWriter

    init(
        format: LogFormat, output: BlockingOutput = .standardOutput,
        error: BlockingOutput = .standardError
    ) throws(Errno) {
        let json =
            switch format {
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

    /// What may repeat: the first of a kind is printed, then a count a minute. `kind` tells what is
    /// the same; the message may differ (another address).
    func event(kind: String, _ message: String) {
        messages.fold(kind: kind, message)
    }

    /// What happens once, or always matters.
    func notice(_ message: String) {
        messages.put(.line(message))
    }

    /// At exit: waits until everything is written, but no longer than `limit` for both streams.
    func flush(upTo limit: Duration = Limits.logFlushAtExit) {
        let deadline = Clock.now() + limit.nanoseconds
        // The messages have a little of the time even where standard output takes it all.
        let unwritten = sessions.flush(until: deadline - limit.nanoseconds / 4)
        if unwritten > 0 {
            notice("\(unwritten) session lines lost at exit: standard output did not take them")
        }
        _ = messages.flush(until: deadline)
    }
}

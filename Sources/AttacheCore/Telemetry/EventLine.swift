// SPDX-License-Identifier: Apache-2.0
// The line of an event: as a program says it, with its time where nobody adds one, or as JSON.

/// Something that happened, once or folded.
struct EventRecord: Sendable, Equatable {
    /// Nanoseconds since 1970.
    var time: UInt64 = 0
    var level: LogLevel
    var subsystem: Subsystem
    var message: String
}

/// How the lines of one log look.
enum LineForm: Sendable, Equatable {
    /// On a standard stream: journald and its like add the time.
    case text
    /// In a file: nobody does.
    case datedText
    case json

    func line(_ record: SessionRecord) -> String {
        switch self {
        case .text: SessionLine.text(record)
        case .datedText:
            TimeText.rfc3339(record.startNanoseconds &+ record.durationNanoseconds) + " "
                + SessionLine.text(record)
        case .json: SessionLine.json(record)
        }
    }

    func line(_ event: EventRecord) -> String {
        switch self {
        case .text: EventLine.text(event)
        case .datedText: EventLine.dated(event)
        case .json: EventLine.json(event)
        }
    }
}

/// Without the line end.
enum EventLine {
    /// `attache: message` · `attache: warning: message`
    static func text(_ event: EventRecord) -> String {
        let isUsual = event.level == .info || event.level == .notice
        return "attache: " + (isUsual ? "" : "\(event.level): ") + LogText.lines(event.message)
    }

    /// `2026-11-25T21:52:24.123Z warning upstream: message`
    static func dated(_ event: EventRecord) -> String {
        "\(TimeText.rfc3339(event.time)) \(event.level) \(event.subsystem): "
            + LogText.lines(event.message)
    }

    static func json(_ event: EventRecord) -> String {
        var object = JSONObject(bytesExpected: 256)
        object.add("time", TimeText.rfc3339(event.time))
        object.add("level", event.level.rawValue)
        object.add("subsystem", event.subsystem.rawValue)
        object.add("message", event.message)
        return object.closed
    }
}

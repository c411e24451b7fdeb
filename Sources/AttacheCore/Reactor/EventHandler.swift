// SPDX-License-Identifier: Apache-2.0
// What swift-log hands events to: it gives them to the log thread and writes nothing itself.

import Logging

/// Behind one logger a subsystem. They are made with this as their factory: nothing is bootstrapped
/// for the whole process, whose other loggers are somebody else's.
struct EventHandler: LogHandler {
    /// The metadata that says that an event may repeat: the kind of what is folded.
    static let folding = "folding"

    let subsystem: Subsystem
    let place: Int
    let levels: LogLevels
    let writer: LogWriter
    var metadata: Logger.Metadata = [:]
    /// Of a copy of the logger that somebody gave a level of its own.
    private var ownLevel: Logger.Level?

    init(_ subsystem: Subsystem, place: Int, levels: LogLevels, writer: LogWriter) {
        self.subsystem = subsystem
        self.place = place
        self.levels = levels
        self.writer = writer
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? Logger.Level(levels.level(of: place)) }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let record = EventRecord(
            time: Clock.wall(), level: LogLevel(event.level), subsystem: subsystem,
            message: event.message.description)
        if case .string(let kind) = event.metadata?[Self.folding] {
            writer.fold(kind: kind, record)
        } else {
            writer.put(.event(record))
        }
    }
}

extension Logger.Level {
    init(_ level: LogLevel) {
        self =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}

extension LogLevel {
    fileprivate init(_ level: Logger.Level) {
        self =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}

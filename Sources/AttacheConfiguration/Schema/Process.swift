// SPDX-License-Identifier: Apache-2.0
// The whole file: listeners, upstreams, and what can be said of the process.

import AttacheCore

/// The file as it is written.
struct Draft: Sendable {
    var listeners: [Entry<ListenerSettings>] = []
    var upstreams: [Entry<UpstreamSettings>] = []
    var workers = Workers.auto
    var drain = Settings(listeners: [], upstreams: [], workers: 1).drain
    var admin = Settings.Admin.byDefault
    var log = LogSettings()

    static let kind = Kind<Draft>.block(fields, initial: Draft.init)

    static let fields: [Field<Draft>] = [
        Field(
            "listeners",
            .named(
                ListenerSettings.fields, example: "orders-db", initial: ListenerSettings.unset),
            \.listeners, required: true, example: "{orders-db: {…}}",
            "Where clients come in. The key is the name, as in logs and metrics."),
        Field(
            "upstreams",
            .named(
                UpstreamSettings.fields, example: "orders-db", initial: UpstreamSettings.unset),
            \.upstreams, required: true, example: "{orders-db: {…}}",
            "The services behind. The key is the name that listeners lead to."),
        Field(
            "workers", .workers, \.workers,
            "Event loops, one thread each: auto for one a processor, or 1 to \(Workers.most). A "
                + "reload does not change their number."),
        Field(
            "drain", .durationOrZero, \.drain,
            "After SIGTERM sessions run on until they end, or until this."),
        Field("admin", adminKeys, "The operator's socket, for attache status and its like."),
        Field("log", logKeys, "What is logged, how and where to."),
    ]

    private static let adminKeys: [Field<Draft>] = [
        Field(
            "bind", .admin, \.admin, example: "unix:/run/attache/admin.sock",
            "unix:/path, or none. Without it admin.sock in $RUNTIME_DIRECTORY, in /run/attache "
                + "for root, or in $XDG_RUNTIME_DIR/attache.")
    ]

    private static let logKeys: [Field<Draft>] = [
        Field("format", .word, \.log.format, "auto is text on a terminal, JSON elsewhere."),
        Field(
            "access", .logDestination, \.log.access,
            "One line a session, at its end: stdout, stderr, none, or a file."),
        Field(
            "events", .logDestination, \.log.events,
            "Everything else. A file is opened again on SIGUSR1."),
        Field("level", .word, \.log.level, "Events below it are not written."),
        Field("levels", levelKeys, "Levels of single subsystems, in place of level."),
    ]

    private static let levelKeys: [Field<Draft>] = Subsystem.allCases.map { subsystem in
        Field(
            optional: subsystem.rawValue, .word, \.log.levels[subsystem], example: "debug",
            subsystem.about)
    }
}

extension Subsystem {
    fileprivate var about: String {
        switch self {
        case .control: "Start, reload, drain, end."
        case .listener: "Accepting, and clients until they are let in."
        case .session: "Sessions while bytes move."
        case .upstream: "Resolving, connecting to and securing upstreams."
        case .admin: "The operator's socket."
        case .log: "The log about itself."
        }
    }
}

extension Kind where Value == Settings.Admin {
    static let admin = scalar(
        Scalar(
            name: "unix:/path or none", hint: "Write unix:/path, or none for no socket.",
            pattern: "^(none|unix:.+)$")
    ) { text throws(Problem) in
        if text == "none" { return .off }
        guard case .unix(let path) = try Texts.address(text) else {
            throw Problem("it is open to more than this machine's operators; write unix:/path")
        }
        return .path(path)
    }
}

extension Kind where Value == LogSettings.Destination {
    static let logDestination = scalar(
        Scalar(
            name: "stdout, stderr, none or a file",
            hint: "Write stdout, stderr, none, or a file's name with a slash in it.",
            pattern: "^(stdout|stderr|none|.*/.*)$"), text: \.word
    ) { text throws(Problem) in
        try LogPlaces.parse(text)
    }.map(text: \.word) { destination, _, reading -> LogSettings.Destination? in
        if case .file(let file) = destination { .file(reading.resolve(file)) } else { destination }
    }
}

extension LogSettings.Destination {
    fileprivate var word: String? {
        switch self {
        case .standardOutput: "stdout"
        case .standardError: "stderr"
        case .none: "none"
        case .file: nil
        }
    }
}

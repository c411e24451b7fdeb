// SPDX-License-Identifier: Apache-2.0
// The process as a whole: threads, sessions at once, the end of it, what it prints.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct ProcessFlags: ParsableArguments {
    @Option(
        help: .init(
            "Event loops. (default: auto, one a processor)", valueName: "auto|n"),
        transform: Workers.parse)
    var workers: Workers?

    @Option(
        help: .init(
            "At once; others wait. (default: by descriptor limit)", valueName: "n"),
        transform: Sessions.parse)
    var sessions: Int?

    @Option(
        help: .init(
            Defaults.said("Sessions run on after SIGTERM.", Defaults.process.drain),
            valueName: "time"),
        transform: Durations.zeroOrMore)
    var drain: Duration?

    @Option(
        help: .init("auto: sessions as JSON but on a terminal.", valueName: "format"))
    var logFormat: LogFormatChoice = .auto

    @Option(
        help: .init(
            "Of events, or of one part: upstream=debug. (default: \(Defaults.process.log.level))",
            valueName: "level"),
        transform: LevelChoice.parse)
    var logLevel: [LevelChoice] = []

    @Option(
        help: .init(
            "Session lines: stdout, stderr, none, /path.", valueName: "where"),
        transform: LogPlaces.parse)
    var logAccess: LogSettings.Destination?

    @Option(
        help: .init("All other lines. (default: stderr)", valueName: "where"),
        transform: LogPlaces.parse)
    var logEvents: LogSettings.Destination?
}

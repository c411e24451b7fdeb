// SPDX-License-Identifier: Apache-2.0
// The process as a whole: threads, sessions at once, the end of it, what it prints.

import ArgumentParser
import AttacheConfiguration

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
        help: .init("Session lines; auto is text on a terminal, else JSON.", valueName: "format"))
    var logFormat: LogFormatChoice = .auto
}

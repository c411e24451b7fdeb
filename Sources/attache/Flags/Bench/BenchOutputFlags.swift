// SPDX-License-Identifier: Apache-2.0
// What becomes of a measurement: the terminal, files, the exit code.

import ArgumentParser
import AttacheBench
import AttacheConfiguration
import AttacheCore

struct BenchOutputFlags: ParsableArguments {
    @Option(
        help: .init("Everything, as JSON; - for stdout.", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var json: String?

    @Option(
        help: .init("The latencies, for HdrHistogram's plotters.", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var hdr: String?

    @Option(
        help: .init("One page with plots and tables.", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var html: String?

    @Option(
        help: .init(
            "Exit with 99 if so, such as 'p99>5ms' or 'errors>0.1%'; repeatable.",
            valueName: "condition"),
        transform: { try Condition($0) })
    var failIf: [Condition] = []

    @Flag(help: "First measure this generator's own floor, and warn where it is near.")
    var calibrate = false

    @Flag(help: "Say nothing while it runs.")
    var quiet = false
}

// SPDX-License-Identifier: Apache-2.0
// attache bench compare: what changed between two runs, beyond their noise.

import ArgumentParser
import AttacheBench
import AttacheConfiguration
import AttacheCore

struct BenchCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "What changed between two runs beyond the noise of the two.",
        usage: "attache bench compare <before.json> <after.json>",
        discussion: """
            Of two files that --json wrote:

              attache bench rate tcp://127.0.0.1:7000 --rate 1000 --json before.json
              attache bench rate tcp://127.0.0.1:7000 --rate 1000 --json after.json
              attache bench compare before.json after.json

            Exit code 99 if something is worse, 0 if nothing is.
            """)

    @Argument(help: .init("The older run.", valueName: "before.json"), completion: .file())
    var before: String
    @Argument(help: .init("The newer one.", valueName: "after.json"), completion: .file())
    var after: String

    /// Slices of days; more is no report.
    private static let bytesMax = 256 << 20

    func run() throws {
        let difference: RunDifference
        do {
            difference = try RunDifference(before: read(before), after: read(after))
        } catch let problem as RecordedRun.Problem {
            throw StartFailure(
                message: problem.description, exitCode: AttacheCore.ExitCode.configuration)
        } catch let problem as ConfigurationProblem {
            throw StartFailure(
                message: problem.message, exitCode: AttacheCore.ExitCode.configuration)
        }
        print(difference.text, terminator: "")
        if difference.rows.contains(where: { $0.verdict == .worse }) {
            throw ArgumentParser.ExitCode(BenchExit.failedCondition)
        }
    }

    private func read(_ file: String) throws -> RecordedRun {
        let bytes = try ConfigurationFile.bytes(file, bytesMax: Self.bytesMax, as: "run")
        return try RecordedRun(file: file, bytes: bytes)
    }
}

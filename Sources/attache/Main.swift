// SPDX-License-Identifier: Apache-2.0
// From the command line to an exit code; every error is one that a person can act on.

import ArgumentParser
import AttacheConfiguration
import AttacheCore
import Glibc

@main
enum Main {
    static func main() {
        let ending = Ending.of(Array(CommandLine.arguments.dropFirst()))
        if !ending.answer.isEmpty { print(ending.answer) }
        if !ending.complaint.isEmpty { StandardError.say(ending.complaint) }
        if !ending.report.isEmpty { StandardError.write(ending.report) }
        exit(ending.code)
    }
}

/// How a command line ended: at once with words, or after a life of service without.
struct Ending {
    var code: Int32
    /// For stdout: what was asked for.
    var answer = ""
    /// For stderr.
    var complaint = ""
    /// For stderr too, lines that begin with a file's name.
    var report = ""

    static func of(_ arguments: [String]) -> Ending {
        if Version.isAskedVerbosely(arguments) { return Ending(code: 0, answer: Version.verbose) }
        do {
            try Repeats.refuse(in: arguments)
            var command = try Root.parseAsRoot(arguments)
            try command.run()
            return Ending(code: 0)
        } catch {
            return by(error, arguments)
        }
    }

    /// Whatever a command throws, a wish for help and the exit code of a full life among it.
    static func by(_ error: any Error, _ arguments: [String]) -> Ending {
        if let failure = error as? StartFailure {
            return Ending(code: failure.exitCode, complaint: failure.message)
        }
        if let refused = error as? ConfigurationRefused {
            return Ending(code: AttacheCore.ExitCode.configuration, report: refused.message)
        }
        if let problem = error as? Problem { return misuse(problem.message, arguments) }
        let code = Root.exitCode(for: error)
        let message = Root.message(for: error)
        // --help, --version, a completion script; or the core has run and said it all.
        if code == .success || message.isEmpty {
            return Ending(code: code.rawValue, answer: message)
        }
        return misuse(Hints.explain(message, arguments), arguments)
    }

    private static func misuse(_ complaint: String, _ arguments: [String]) -> Ending {
        Ending(
            code: ExitCode.validationFailure.rawValue,
            complaint: "\(complaint)\n  Every flag: \(CommandPath(arguments).typed) --help")
    }
}

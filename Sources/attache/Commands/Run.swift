// SPDX-License-Identifier: Apache-2.0
// attache run: everything that a file of settings says, until a signal ends it.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve everything that a file says.",
        usage: "attache run [-c <file>]",
        discussion: """
            A file to begin with, checked, and served:

              attache config example > attache.yaml
              attache check -c attache.yaml
              attache run -c attache.yaml

            Names of files in it that do not begin with "/" begin at its own folder.
            """)

    @OptionGroup var file: ConfigurationFlags
    @OptionGroup var operators: OperatorFlags

    func run() throws {
        let loaded = try file.load()
        StandardError.write(loaded.configuration.reportAtStart)
        let (file, flag) = (file, operators.admin)
        let attache = try Attache(OperatorSocket.settle(loaded.settings, flag: flag)) {
            Self.again(file, flag)
        }
        try OperatorSocket.serve(attache, at: place(loaded.settings.admin))
    }

    private func place(_ admin: Settings.Admin) -> OperatorSocket.Place {
        switch (operators.admin, admin) {
        case (let path?, _), (nil, .path(let path)): .path(path)
        case (nil, .byDefault): .usual
        case (nil, .off): .nowhere
        }
    }

    /// For a reload: everything that is wrong with the file comes as one message.
    private static func again(
        _ file: ConfigurationFlags, _ flag: String?
    ) -> Result<Attache.Reading, ConfigurationProblem> {
        do throws(ConfigurationRefused) {
            let loaded = try file.load()
            return .success(
                Attache.Reading(
                    OperatorSocket.settle(loaded.settings, flag: flag),
                    warnings: loaded.configuration.warningsAtStart))
        } catch {
            return .failure(ConfigurationProblem(error.message))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// attache reload: new settings and certificates, without harm to what runs.

import ArgumentParser
import AttacheCore

struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Load settings and certificates anew.",
        discussion: """
            As SIGHUP does, but it waits for the result and says it:

              attache reload

            Exit code 0: every worker serves the new settings. 78: they were refused,
            the old ones stay.
            \(AdminFlags.place)
            """)

    @OptionGroup var admin: AdminFlags

    func run() throws {
        let answer = try admin.client.post("/reload")
        try answer.conclude(
            refused: answer.status == 422
                ? AttacheCore.ExitCode.configuration : AttacheCore.ExitCode.failure)
    }
}

// SPDX-License-Identifier: Apache-2.0
// attache status: how a running attache is.

import ArgumentParser
import AttacheCore

struct ShowStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how a running attache is.",
        discussion: """
            Listeners, upstreams with their last dials, certificates with the days
            that are left, and what became of the last reload:

              attache status

            \(AdminFlags.place)
            """)

    @Flag(help: "For programs.") var json = false
    @OptionGroup var admin: AdminFlags

    func run() throws { try admin.client.get("/status", json: json).conclude() }
}

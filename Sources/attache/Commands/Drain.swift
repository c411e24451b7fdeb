// SPDX-License-Identifier: Apache-2.0
// attache drain: no new sessions, and the end when those that run have ended.

import ArgumentParser
import AttacheCore

struct Drain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Accept nobody any more, end when all sessions have ended.",
        discussion: """
            As SIGTERM does; it begins the drain and does not wait for its end:

              attache drain

            \(AdminFlags.place)
            """)

    @OptionGroup var admin: AdminFlags

    func run() throws { try admin.client.post("/drain").conclude() }
}

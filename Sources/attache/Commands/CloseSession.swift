// SPDX-License-Identifier: Apache-2.0
// attache close: ends one session.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct CloseSession: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "End one session of a running attache.",
        usage: "attache close <session> [--admin <path>]",
        discussion: """
            By its number, as attache sessions and the log tell it; both its sides
            are told an abort:

              attache close 81734

            \(AdminFlags.place)
            """)

    @Argument(
        help: .init("The number of the session.", valueName: "session"), transform: Self.number)
    var session: UInt64?
    @OptionGroup var admin: AdminFlags

    static func number(_ text: String) throws(Problem) -> UInt64 {
        guard let number = UInt64(text) else {
            throw Problem("a session is named by its number; attache sessions lists them")
        }
        return number
    }

    func run() throws {
        guard let session else {
            throw Problem(
                "close needs the number of a session, as in attache close 81734; "
                    + "attache sessions lists them")
        }
        try admin.client.post("/sessions/\(session)/close").conclude()
    }
}

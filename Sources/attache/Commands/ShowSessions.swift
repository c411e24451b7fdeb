// SPDX-License-Identifier: Apache-2.0
// attache sessions: who is connected now.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct ShowSessions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract: "List the sessions of a running attache.",
        discussion: """
            Oldest first, with age, idle time, bytes, identity and phase:

              attache sessions --limit 20

            \(AdminFlags.place)
            """)

    @Flag(help: "For programs.") var json = false
    @Option(
        help: .init("At most so many, up to 10000. (default: 100)", valueName: "count"),
        transform: Self.limit)
    var limit: Int?
    @OptionGroup var admin: AdminFlags

    static func limit(_ text: String) throws(Problem) -> Int {
        guard let count = Int(text), (1...10_000).contains(count) else {
            throw Problem("write a number from 1 to 10000")
        }
        return count
    }

    func run() throws {
        let query = limit.map { "?limit=\($0)" } ?? ""
        try admin.client.get("/sessions\(query)", json: json).conclude()
    }
}

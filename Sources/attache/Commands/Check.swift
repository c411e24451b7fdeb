// SPDX-License-Identifier: Apache-2.0
// attache check: what is wrong with a file of settings, all at once, and nothing is started.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with a file, and start nothing.",
        usage: "attache check [-c <file>]",
        discussion: """
            Looks at the file and at all certificates and keys that it names. Every problem is
            told with its line and column. Exit codes: 0 good (there may be warnings), 78 not.
            """)

    @OptionGroup var file: ConfigurationFlags

    func run() throws {
        let loaded = try file.load()
        StandardError.write(loaded.configuration.report)
        let settings = loaded.settings
        let listeners = Self.count(settings.listeners.count, "listener")
        let upstreams = Self.count(settings.upstreams.count, "upstream")
        print("\(file.config): \(listeners), \(upstreams): good")
    }

    private static func count(_ count: Int, _ what: String) -> String {
        "\(count) \(what)\(count == 1 ? "" : "s")"
    }
}

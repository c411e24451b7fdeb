// SPDX-License-Identifier: Apache-2.0
// Which file of settings, and what becomes of it.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct ConfigurationFlags: ParsableArguments {
    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: .init(
            "The file of settings. (default: \(ConfigurationFlags.usual))", valueName: "file"),
        completion: .file(), transform: Texts.file)
    var config: String = ConfigurationFlags.usual

    static let usual = "/etc/attache/attache.yaml"

    /// What can be served, and where it comes from.
    struct Loaded {
        var settings: Settings
        var configuration: Configuration
    }

    /// Problems are all thrown, as one message that needs no more words. May be called again: a
    /// reload reads the file anew.
    func load() throws(ConfigurationRefused) -> Loaded {
        let configuration = Configuration.load(config)
        guard let settings = configuration.settings else {
            throw ConfigurationRefused(message: configuration.report)
        }
        return Loaded(settings: settings, configuration: configuration)
    }
}

/// Everything that is wrong with a file; the command exits 78.
struct ConfigurationRefused: Error {
    /// Lines that begin with the file's name, so that editors can jump there.
    let message: String
}

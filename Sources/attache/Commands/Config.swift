// SPDX-License-Identifier: Apache-2.0
// attache config: what a file of settings may say, for people and for editors.

import ArgumentParser
import AttacheConfiguration

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a file may say: an example, or a schema.",
        usage: "attache config example|schema",
        discussion: """
            The schema is a JSON Schema (draft 2020-12); editors complete and check by it:

              attache config schema > attache.schema.json
            """,
        subcommands: [Example.self, Schema.self, Documentation.self])

    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A file to begin with: every key, with its default or an example.")

        func run() { print(Output.example, terminator: "") }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The JSON Schema of a file of settings.")

        func run() { print(Output.schema, terminator: "") }
    }

    /// `attache config docs > docs/configuration.md`
    struct Documentation: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "docs", abstract: "The reference, as Markdown.", shouldDisplay: false)

        func run() { print(Output.documentation, terminator: "") }
    }
}

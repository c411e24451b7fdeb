// SPDX-License-Identifier: Apache-2.0
// Which command a line of arguments is for: `bench serve` of `bench serve --listen …`.

import ArgumentParser

struct CommandPath {
    /// The commands that do something themselves, and their flags.
    static let leaves = CommandPath([]).leaves.map { (command: $0, flags: $0.flags) }

    private(set) var words: [String] = []
    private var type: any ParsableCommand.Type = Root.self

    /// As far as the first words name commands.
    init(_ arguments: [String]) {
        for word in arguments {
            guard let next = Self.children(of: type).first(where: { $0._commandName == word })
            else { break }
            type = next
            words.append(word)
        }
    }

    /// `attache bench serve`.
    var typed: String { (["attache"] + words).joined(separator: " ") }

    /// The words that may follow, as help tells them.
    var subcommands: [String] {
        Self.children(of: type).filter { $0.configuration.shouldDisplay }.map { $0._commandName }
    }

    private var leaves: [CommandPath] {
        subcommands.flatMap { word -> [CommandPath] in
            let child = CommandPath(words + [word])
            return child.subcommands.isEmpty ? [child] : child.leaves
        }
    }

    /// Read from the help, which is where a person would look.
    var flags: [String] {
        Root.helpMessage(for: type, columns: 1000)
            .split { $0 == " " || $0 == "," || $0 == "\n" }
            .filter { $0.hasPrefix("--") }.map(String.init)
    }

    private static func children(
        of type: any ParsableCommand.Type
    ) -> [any ParsableCommand.Type] {
        type.configuration.subcommands
    }
}

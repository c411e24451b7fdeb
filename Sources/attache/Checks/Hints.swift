// SPDX-License-Identifier: Apache-2.0
// What a mistyped word was probably meant to be, where the parser alone finds nothing near.

import ArgumentParser
import AttacheConfiguration

enum Hints {
    static let commands = Root.configuration.subcommands.map { $0._commandName }

    /// What people bring along from other tools.
    private static let elsewhere = [
        "--target": "--to", "--connect-to": "--to", "--accept": "--listen", "--bind": "--listen",
        "--cacert": "--ca or --client-ca", "--cafile": "--ca or --client-ca",
        "--tls-cert-file": "--certificate", "--tls-key-file": "--key", "--sni": "--server-name",
        "--allow-cn": "--allow cn:NAME", "--allow-dns": "--allow dns:NAME",
        "--allow-uri": "--allow uri:PATTERN", "--allow-all": "--allow any-verified",
        "--verify-dns": "--allow dns:NAME", "--verify-uri": "--allow uri:PATTERN",
        "--disable-authentication": "--client-certificate off",
        "--unsafe-listen": "--insecure-plaintext-listener",
        "--insecure": "--verify none-insecure", "--timeout": "--idle, --connect or --handshake",
        "--shutdown-timeout": "--drain", "--close-timeout": "--half-close",
        "--connect-timeout": "--connect", "--max-conn-lifetime": "--lifetime",
    ]

    /// The parser's message, with the nearest word where it has none.
    static func explain(_ message: String, _ arguments: [String]) -> String {
        let command = arguments.first.flatMap { commands.contains($0) ? $0 : nil }
        if command == nil, let word = arguments.first, !word.hasPrefix("-"), word != "help" {
            let near = Words.nearest(to: word, among: commands).map { "; did you mean \($0)?" }
            return "unknown command \(word)" + (near ?? "; there are \(commands.listed)")
        }
        if message.hasPrefix("Unknown option '"), let flag = quoted(message) {
            return "unknown flag \(flag)" + suggestion(for: flag, in: command)
        }
        if message.hasPrefix("Unexpected argument '"), let word = quoted(message) {
            return "\(word) belongs to no flag" + place(of: word, in: command)
        }
        return message.prefix(1).lowercased() + message.dropFirst()
    }

    /// By the flag that somebody who leaves one out means most often.
    private static func place(of word: String, in command: String?) -> String {
        let known = command.map(flags) ?? []
        let usual = ["--to": "--to", "--config": "-c"].first { known.contains($0.key) }?.value
        return usual.map { "; values follow their flag, as in \($0) \(word)" } ?? ""
    }

    private static func suggestion(for flag: String, in command: String?) -> String {
        guard let command else {
            return "; say first what to do, as in attache connect \(flag)"
        }
        if let known = elsewhere[flag] { return "; here it is \(known)" }
        if let other = commands.first(where: { flags(of: $0).contains(flag) }) {
            return "; it is a flag of attache \(other)"
        }
        if let near = Words.nearest(to: flag, among: flags(of: command)) {
            return "; did you mean \(near)?"
        }
        return ""
    }

    /// Read from the help, which is where a person would look.
    static func flags(of command: String) -> [String] {
        guard let type = Root.configuration.subcommands.first(where: { $0._commandName == command })
        else { return [] }
        return Root.helpMessage(for: type, columns: 1000)
            .split { $0 == " " || $0 == "," || $0 == "\n" }
            .filter { $0.hasPrefix("--") }.map(String.init)
    }

    private static func quoted(_ message: String) -> String? {
        let parts = message.split(separator: "'", omittingEmptySubsequences: false)
        return parts.count > 2 ? String(parts[1]) : nil
    }
}

// SPDX-License-Identifier: Apache-2.0
// What a mistyped word was probably meant to be, where the parser alone finds nothing near.

import ArgumentParser
import AttacheConfiguration

enum Hints {
    /// What people bring along from other tools.
    private static let elsewhere = [
        "--target": "--to", "--connect-to": "--to", "--bind": "--listen",
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
        let command = CommandPath(arguments)
        if let word = arguments.dropFirst(command.words.count).first,
            !command.subcommands.isEmpty, !word.hasPrefix("-"), word != "help"
        {
            let near = Words.nearest(to: word, among: command.subcommands)
                .map { "; did you mean \($0)?" }
            return "unknown command \((command.words + [word]).joined(separator: " "))"
                + (near ?? "; there are \(command.subcommands.listed)")
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
    private static func place(of word: String, in command: CommandPath) -> String {
        let known = command.flags
        let usual = ["--to": "--to", "--config": "-c"].first { known.contains($0.key) }?.value
        return usual.map { "; values follow their flag, as in \($0) \(word)" } ?? ""
    }

    private static func suggestion(for flag: String, in command: CommandPath) -> String {
        if command.words.isEmpty {
            return "; say first what to do, as in attache connect \(flag)"
        }
        if let known = elsewhere[flag] { return "; here it is \(known)" }
        let owners = CommandPath.leaves.filter { $0.flags.contains(flag) }.map(\.command)
        let below = owners.first { $0.words.starts(with: command.words) }
        if let owner = below ?? owners.first { return "; it is a flag of \(owner.typed)" }
        if let near = Words.nearest(to: flag, among: command.flags) {
            return "; did you mean \(near)?"
        }
        return ""
    }

    private static func quoted(_ message: String) -> String? {
        let parts = message.split(separator: "'", omittingEmptySubsequences: false)
        return parts.count > 2 ? String(parts[1]) : nil
    }
}

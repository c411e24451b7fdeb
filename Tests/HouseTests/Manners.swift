// SPDX-License-Identifier: Apache-2.0
// House rules that a machine can check: who imports what, words we avoid, how a file begins.

enum Manners {
    /// Who may import it, and whom to ask instead.
    struct Guarded {
        let module: String
        let rooms: [String]
        let instead: String
    }

    static let guarded = [
        Guarded(
            module: "COpenSSL", rooms: ["Sources/AttacheCore/Transport/TLS"],
            instead: "Transport/TLS has everything that touches OpenSSL"),
        Guarded(
            module: "CNghttp2", rooms: ["Sources/AttacheCore/Transport/Tunnel"],
            instead: "Transport/Tunnel has everything that touches nghttp2"),
        Guarded(
            module: "CLinux",
            rooms: ["Sources/AttacheCore/System", "Sources/AttacheCore/Transport/TLS"],
            instead: "system calls are made in System; add the one you need there"),
        Guarded(
            module: "Logging", rooms: ["Sources/AttacheCore/Reactor"],
            instead: "Log in Reactor is what everybody else says things to"),
        Guarded(
            module: "CYAML", rooms: ["Sources/AttacheConfiguration"],
            instead: "AttacheConfiguration reads files of settings"),
        Guarded(
            module: "CEvent", rooms: ["Sources/AttacheAdmin"],
            instead: "AttacheAdmin serves the operator's socket"),
        Guarded(
            module: "Histogram", rooms: ["Sources/AttacheCore/Telemetry"],
            instead: "LatencyHistogram in Telemetry is what everybody else records into"),
        // argument-parser links it anyway; recorded runs are read when a person compares them.
        Guarded(
            module: "FoundationEssentials", rooms: ["Sources/AttacheBench/Comparison"],
            instead: "the daemon does without; the standard library or a small function of ours "
                + "will do"),
        Guarded(
            module: "AttacheBench", rooms: ["Sources/attache"],
            instead: "what is under load never knows the load generator"),
        Guarded(
            module: "AttacheConfiguration", rooms: ["Sources/attache"],
            instead: "what is configured reaches everybody else as Settings"),
        Guarded(
            module: "AttacheAdmin", rooms: ["Sources/attache"],
            instead: "nothing may depend on the operator's socket"),
    ]
    /// They multiply the size of the daemon and its memory.
    static let banned = ["Foundation", "FoundationNetworking"]

    static func imports(of files: [SourceFile]) -> [String] {
        files.filter { $0.isUnder("Sources") }.flatMap { file in
            importedModules(file.code).compactMap { module, line -> String? in
                let place = "\(file.path):\(line) imports \(module)"
                if banned.contains(module) {
                    return "\(place). The daemon does without: it costs megabytes of memory. "
                        + "The standard library or a small function of ours will do."
                }
                guard let rule = guarded.first(where: { $0.module == module }),
                    !rule.rooms.contains(where: file.isUnder)
                else { return nil }
                return "\(place), which only \(rule.rooms.joined(separator: " and ")) may: "
                    + "\(rule.instead)."
            }
        }
    }

    private static func importedModules(_ code: SwiftCode) -> [(String, Int)] {
        let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var"]
        return code.words.enumerated().compactMap { index, word in
            guard word.text == "import", word.depth == 0 else { return nil }
            let module = code.words[(index + 1)...].first { !kinds.contains($0.text) }
            return module.map { ($0.text, word.line) }
        }
    }

    /// Words that crash the daemon of somebody who did nothing wrong.
    static func crashes(in files: [SourceFile]) -> [String] {
        files.filter { $0.isUnder("Sources") }.flatMap { file in
            file.code.lines.enumerated().flatMap { index, line in
                crashes(in: line).map { "\(file.path):\(index + 1) says \($0)" }
            }
        }
    }

    private static func crashes(in line: Substring) -> [String] {
        var complaints: [String] = []
        if line.contains("fatalError(") {
            complaints.append(
                "fatalError: a precondition that says what was believed, or an error, is kinder.")
        }
        guard line.utf8.contains(UInt8(ascii: "!")) else { return complaints }
        let characters = Array(line)
        for (index, character) in characters.enumerated() where character == "!" && index > 0 {
            let before = characters[index - 1]
            let isNotEqual = index + 1 < characters.count && characters[index + 1] == "="
            guard before.isLetter || before.isNumber || "_)]}?>".contains(before), !isNotEqual
            else { continue }
            let word = String(characters[..<index].reversed().prefix { $0.isLetter }.reversed())
            complaints.append(
                word == "try" || word == "as"
                    ? "\(word)!: what can fail wants an answer for when it does."
                    : "\"!\" to unwrap: guard let, or a precondition that says why it is there.")
        }
        return complaints
    }

    /// The licence, then what the file is for.
    static func openings(of files: [SourceFile]) -> [String] {
        let licence = "// SPDX-License-Identifier: Apache-2.0"
        return files.filter { !$0.path.hasSuffix("Package.swift") }.compactMap { file in
            let lines = file.lines
            guard lines.first == licence[...] else {
                return "\(file.path) wants \"\(licence)\" as its first line."
            }
            let sentence = lines.dropFirst().prefix { $0.hasPrefix("// ") }
                .map { $0.dropFirst(3) }.joined(separator: " ")
            guard sentence.split(separator: " ").count > 2, sentence.hasSuffix(".") else {
                return "\(file.path) wants a sentence on its second line: what is it for?"
            }
            return nil
        }
    }

    static let columnsMax = 100

    static func longLines(of files: [SourceFile]) -> [String] {
        files.flatMap { file in
            file.lines.enumerated().compactMap { index, line in
                line.utf8.count <= columnsMax || line.count <= columnsMax
                    ? nil
                    : "\(file.path):\(index + 1) is \(line.count) columns wide; "
                        + "\(columnsMax) fit on everybody's screen."
            }
        }
    }
}

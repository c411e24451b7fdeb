// SPDX-License-Identifier: Apache-2.0
// docs/configuration.md: what every key means, from the same description as the reading.

extension Output {
    public static var documentation: String {
        guard case .block(let keys) = Draft.kind.shape else { return "" }
        return head + sections(of: keys, title: "The file", path: "").joined(separator: "\n")
    }

    private static let head = """
        <!-- Generated: attache config docs > docs/configuration.md -->
        # Configuration

        One YAML file (JSON is YAML too) says what `attache run` serves:

            attache config example > attache.yaml      # every key, with what it means
            attache check -c attache.yaml              # everything that is wrong with it
            attache run -c attache.yaml                # default: /etc/attache/attache.yaml

        [Examples](examples) show whole files. `attache config schema` prints a JSON Schema for \
        editors.

        - **Strict.** An unknown key, a key that stands twice, a value of the wrong kind is an \
        error. All are told at once, with line and column; `check` and `run` then exit 78.
        - **Scalars** are what their key says, never guessed: `true` and `false` alone are \
        booleans, and whether a text stands in quotation marks does not matter. A text that \
        begins with `*`, `&`, `!`, `@`, `%`, `{`, `[`, `#` or has `: ` in it needs them, as \
        everywhere in YAML.
        - **Durations**: `250ms`, `5s`, `1m30s`, `1h`. `none` where there may be no limit.
        - **Sizes**: `65536`, `64KiB`, `16MiB`.
        - **Files**: a name that does not begin with `/` begins at the folder of the \
        configuration, wherever attache was started. So do the paths of Unix sockets.
        - **Addresses**: `host:port`, `[v6]:port`, `unix:/path`; listeners also `systemd:name`.
        - **Names** of listeners and upstreams have 1 to 63 letters, digits, dots, hyphens and \
        underscores, and begin with a letter or digit.
        - **Sharing**: `tls: &mtls {…}` once, then `tls: *mtls`. `<<` merges, tags and several \
        documents in one file are errors.
        - **Bounds**: 1 MiB, 50,000 values with what aliases repeat, 16 levels.
        - **Secrets** stand in files of their own; what looks like one in the file itself is \
        never shown in a message.


        """

    /// A table, and sections for the blocks that are too large for one.
    private static func sections(of keys: [Key], title: String, path: String) -> [String] {
        var rows: [String] = []
        var later: [String] = []
        for key in keys { add(key, prefix: "", path: path, &rows, &later) }
        let table = ["| key | value | default | |", "|---|---|---|---|"] + rows
        return ["## \(title)\n\n" + table.joined(separator: "\n") + "\n"] + later
    }

    private static func add(
        _ key: Key, prefix: String, path: String, _ rows: inout [String], _ later: inout [String]
    ) {
        let name = prefix + key.name
        let full = path + name
        func row(_ value: String) {
            let required = "required" + (key.alternative.map { ", or \(code($0))" } ?? "")
            let fallback = key.isRequired ? required : key.defaultText.map(code) ?? ""
            rows.append("| `\(name)` | \(value) | \(fallback) | \(cell(key.about)) |")
        }
        switch key.shape {
        case .block(let keys) where keys.count > ownSectionFrom:
            row("[a block](#\(anchor(full)))")
            later += sections(of: keys, title: "`\(full)`", path: full + ".")
        case .block(let keys):
            for key in keys { add(key, prefix: name + ".", path: path, &rows, &later) }
        case .named(let keys, _):
            row("[blocks by name](#\(anchor(full + ".NAME")))")
            later += sections(of: keys, title: "`\(full).NAME`", path: full + ".NAME.")
        case .list(.block(let keys)):
            row("a list of blocks")
            for key in keys { add(key, prefix: name + "[].", path: path, &rows, &later) }
        case .word(let word, .block(let keys)):
            row("`\(word)`, or:")
            for key in keys { add(key, prefix: name + ".", path: path, &rows, &later) }
        case .scalar, .list, .table, .word:
            row(cell(key.shape.name) + (key.example.map { ", such as " + code($0) } ?? ""))
        }
    }

    private static let ownSectionFrom = 7

    /// As GitHub makes them of headings.
    private static func anchor(_ heading: String) -> String {
        heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "-" }
    }

    private static func code(_ text: String) -> String { "`\(cell(text))`" }

    private static func cell(_ text: String) -> String {
        text.replacing("|", with: "\\|")
    }
}

extension Shape {
    fileprivate var name: String {
        switch self {
        case .scalar(let scalar): scalar.name
        case .list(let item): "a list, each \(item.name)"
        case .block, .named: "a block"
        case .table(let key, let value): "a block; each key \(key.name), its value \(value.name)"
        case .word(let word, let other): "\(word) or \(other.name)"
        }
    }
}

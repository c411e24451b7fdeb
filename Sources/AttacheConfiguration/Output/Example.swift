// SPDX-License-Identifier: Apache-2.0
// A file to begin with: what is needed in force, everything else behind a #.

/// What `attache config` shows, made of the same description as the reading.
public enum Output {
    /// It is good as it stands, without any file beside it.
    public static var example: String {
        guard case .block(let keys) = Draft.kind.shape else { return "" }
        let head = """
            # attache.yaml: everything that can be said.
            #
            # A # with a blank behind it explains. A # without one is a setting that is not in
            # force, with its default or, where it has none, an example: take the # away. A setting
            # in a block wants the block's own line too.
            # Names of files that do not begin with / begin at the folder of this file.
            #
            #   attache check -c attache.yaml     says what is wrong with it
            #   attache run -c attache.yaml       serves it

            """
        return head + lines(of: keys, indent: "", isOn: true).joined(separator: "\n") + "\n"
    }

    private static func lines(of keys: [Key], indent: String, isOn: Bool) -> [String] {
        keys.flatMap { key -> [String] in
            let isOn = isOn && key.isRequired
            let name = indent + (isOn ? "" : "#") + key.name + ":"
            let about = wrapped(key.about, indent: indent)
            let head = indent.isEmpty ? [""] + about : about
            let inner = indent + "  "
            switch key.shape {
            case .block(let keys), .word(_, or: .block(let keys)):
                return head + [name] + lines(of: keys, indent: inner, isOn: isOn)
            case .named(let keys, let example):
                return head + [name, "\(inner)\(example):"]
                    + lines(of: keys, indent: inner + "  ", isOn: isOn)
            case .scalar, .list, .table, .word:
                return head + ["\(name) \(key.defaultText ?? key.example ?? "")"]
            }
        }
    }

    /// 80 columns: it is read in terminals and in diffs.
    private static func wrapped(_ text: String, indent: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, indent.count + 2 + line.count + 1 + word.count > 80 {
                lines.append("\(indent)# \(line)")
                line = ""
            }
            line += line.isEmpty ? "\(word)" : " \(word)"
        }
        return lines + ["\(indent)# \(line)"]
    }
}

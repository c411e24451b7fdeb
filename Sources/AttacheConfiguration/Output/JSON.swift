// SPDX-License-Identifier: Apache-2.0
// JSON to be read by people too: keys in the order in which they were given, indented by two.

import AttacheCore

indirect enum JSON {
    case string(String)
    case integer(Int)
    /// As it is written, such as 1.2.
    case number(String)
    case boolean(Bool)
    case array([JSON])
    case object([(String, JSON)])

    var text: String { text(indent: "") + "\n" }

    private func text(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .string(let text): return Self.quoted(text)
        case .integer(let number): return "\(number)"
        case .number(let text): return text
        case .boolean(let value): return "\(value)"
        case .array(let items):
            // Short ones of plain values on one line: lists of words.
            return "[" + items.map { $0.text(indent: inner) }.joined(separator: ", ") + "]"
        case .object(let pairs):
            if pairs.isEmpty { return "{}" }
            let lines = pairs.map { "\(inner)\(Self.quoted($0.0)): \($0.1.text(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private static func quoted(_ text: String) -> String { "\"\(LogText.json(text))\"" }
}

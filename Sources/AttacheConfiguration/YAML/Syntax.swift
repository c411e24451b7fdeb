// SPDX-License-Identifier: Apache-2.0
// Why a text is no YAML, in words that lead to the mistakes that people make most.

enum Syntax {
    /// `line`: the one where the parser gave up.
    static func explain(_ error: YAMLEvents.Malformed, line: String) -> Tree.Stop {
        let indent = line.prefix { $0 == " " || $0 == "\t" }
        if indent.contains("\t") {
            return Tree.Stop(
                place: Place(line: error.place.line, column: 1),
                what: "a tab indents this line, and YAML takes only blanks",
                remedy: "Replace it by blanks, as many as its neighbours have.")
        }
        return Tree.Stop(
            place: error.place, what: "this is no YAML: \(error.message)",
            remedy: remedy(error, line))
    }

    private static func remedy(_ error: YAMLEvents.Malformed, _ line: String) -> String {
        if line.contains("]:") {
            return "An IPv6 address goes in quotation marks: \"[::1]:5432\"."
        }
        if error.message.contains("alias") {
            return "A text that begins with * goes in quotation marks: \"*.apps.internal\"."
        }
        return "Look at this line and the one before it: indentation, colons, quotation marks "
            + "and brackets."
    }
}

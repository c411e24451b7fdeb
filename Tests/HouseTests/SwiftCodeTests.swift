// SPDX-License-Identifier: Apache-2.0
// The reader of Swift text tells code from prose.

import Testing

struct SwiftCodeTests {
    private static let quotes = "\"\"\""

    @Test(arguments: [
        ("let a = B()", ["let", "a", "B"]),
        ("a // B\nc", ["a", "c"]),
        ("a /* B /* C */ D */ e", ["a", "e"]),
        ("a \"B\" c", ["a", "c"]),
        (#"a "B \(c(D) + "E \(f)") G" h"#, ["a", "c", "D", "f", "h"]),
        (#"a "\"B" c"#, ["a", "c"]),
        (##"a #"B " \(C) \#(d) E"# f"##, ["a", "d", "f"]),
        ("a \(quotes)\nB \"C\"\n\\(d)\n\(quotes) e", ["a", "d", "e"]),
        ("\"// A\" b", ["b"]),
        ("#if os(Linux)\n#endif", ["if", "os", "Linux", "endif"]),
    ])
    func commentsAndStringsAreNotCode(source: String, words: [String]) {
        #expect(SwiftCode(source).words.map(\.text) == words)
    }

    @Test func wordsKnowTheirLineTheirDepthAndTheirDot() throws {
        let code = SwiftCode("/* two\nlines */ enum A {\n    case b(C.D)\n}\nfunc e<F>() {}\n")
        let member = try #require(code.words.first { $0.text == "D" })
        #expect(member.isMember && member.line == 3 && member.depth == 1)
        let type = try #require(code.words.first { $0.text == "A" })
        #expect(!type.isMember && type.line == 2 && type.depth == 0)
        #expect(code.words.first { $0.text == "e" }?.isFollowedByAngle == true)
    }

    @Test func aBlankedTextKeepsItsLines() {
        let source = "a\n\"\"\"\nb\n\"\"\"\n/*\n*/ c\n"
        #expect(SwiftCode(source).lines.count == source.split(separator: "\n").count + 1)
        #expect(SwiftCode("\"never closed").words.isEmpty)
        #expect(SwiftCode("/* never closed").words.isEmpty)
    }
}

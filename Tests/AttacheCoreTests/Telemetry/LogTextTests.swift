// SPDX-License-Identifier: Apache-2.0
// Promises of LogText: nothing a peer sends can forge a line or move a cursor.

import Testing

@testable import AttacheCore

struct LogTextTests {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("\"\\", #"\"\\"#), ("a\nb\r\tc", #"a\nb\r\tc"#),
        ("\0\u{1b}[2J\u{7f}\u{9b}", #"\u0000\u001b[2J\u007f\u009b"#),
        ("\u{2028}\u{202e}", #"\u2028\u202e"#), ("\u{e9}\u{1f600}", "\u{e9}\u{1f600}"),
    ])
    func jsonTextIsEscaped(text: String, json: String) {
        #expect(LogText.json(text) == json)
    }

    @Test(arguments: [
        ("refused (ECONNREFUSED)", "refused (ECONNREFUSED)"),
        ("first\nsession=1 forged", "first\n  session=1 forged"),
        ("\u{1b}[31mred\r", #"\x1b[31mred\x0d"#), ("a\u{202e}b", #"a\u{202e}b"#),
    ])
    func linesForPeopleBeginNoEntryOfTheirOwn(text: String, line: String) {
        #expect(LogText.lines(text) == line)
    }

    @Test(arguments: [
        ("orders-db", "orders-db"), ("", "\"\""), ("unix:/a b", "\"unix:/a b\""),
        ("a\"b\\", #""a\"b\\""#), ("a\nb", #""a\x0ab""#),
    ])
    func aValueWithASpaceIsQuoted(text: String, value: String) {
        #expect(LogText.value(text) == value)
    }
}

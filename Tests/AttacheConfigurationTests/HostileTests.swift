// SPDX-License-Identifier: Apache-2.0
// Files that nobody wrote in good faith: one clear message each, and no more work than the bounds
// allow.

import Support
import Testing

@testable import AttacheConfiguration

struct HostileTests {
    private static let good = """
        listeners: {a: {bind: 127.0.0.1:1, upstream: db}}
        upstreams: {db: {endpoints: [db:5432]}}

        """

    private static let noTexts: [([UInt8], String)] = [
        ([], "1:1: this file says nothing"),
        (Array("\n\n  \n# nothing\n".utf8), "1:1: this file says nothing"),
        (Array("---\n...\n".utf8), "1:1: this file says nothing"),
        ([0xff, 0xfe, 0x61, 0x00], "1:1: this is UTF-16, by its first two bytes"),
        ([0xfe, 0xff, 0x00, 0x61], "1:1: this is UTF-16, by its first two bytes"),
        (Array("%YAML 1.2\n---\na: b\n".utf8), "1:1: a line that begins with % is a directive"),
        (Array("a: 50%\n%TAG ! b\n".utf8), "2:1: a line that begins with % is a directive"),
        (Array("a: b\nc: \u{0}\n".utf8), "2:4: a NUL byte stands here: this is no text"),
        ([0x7f, 0x45, 0x4c, 0x46], "1:1: the control character 0x7f stands here"),
        (Array("a: b\ncö: ".utf8) + [0xc3, 0x28], "2:5: this is no UTF-8"),
        (Array("a: b\nc: ".utf8) + [0xc3], "2:4: this is no UTF-8"),
        ([0xff], "1:1: this is no UTF-8"),
        (Array("a: \u{85}\u{80}".utf8), "this is no YAML: control characters are not allowed"),
    ]

    @Test(arguments: noTexts)
    func whatIsNoTextIsToldWhereItStops(bytes: [UInt8], part: String) {
        let configuration = configuration(bytes)
        #expect(configuration.report.hasPrefix("attache.yaml:"))
        #expect(configuration.report.contains(part))
        #expect(configuration.problems == 1)
        #expect(configuration.settings == nil)
    }

    @Test func aByteOrderMarkOfUTF8IsNoMistake() {
        let configuration = configuration([0xef, 0xbb, 0xbf] + Array(Self.good.utf8))
        #expect(configuration.report == "")
        #expect(configuration.settings != nil)
    }

    /// The bounds are counts, so that a file at one is answered like a file far beyond it.
    @Test(arguments: ["[", "{a: ", "- ", "? "])
    func deepNestingEndsAtTheBound(opening: String) {
        let said = configuration(String(repeating: opening, count: 300_000)).report
        #expect(said.hasPrefix("attache.yaml:1:"))
        #expect(said.contains("levels deep") || said.contains("here a key is wanted"))
    }

    @Test func sixteenLevelsAreReadAndSeventeenAreNot() {
        func nested(_ levels: Int) -> String {
            "a: " + String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(!configuration(nested(16)).report.contains("levels deep"))
        #expect(configuration(nested(17)).report.contains("nested 17 levels deep"))
    }

    /// Nine lines that stand for a thousand million values.
    @Test func aliasesThatMultiplyEndAtTheBound() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let again = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(again)]\n"
        }
        #expect(configuration(text).report.contains("this is more than 50000 values"))
    }

    @Test func fiftyThousandValuesAreTheMost() {
        // The root, the key, its list, and what is in it.
        func flat(_ values: Int) -> String {
            "a: [" + Array(repeating: "x", count: values - 3).joined(separator: ",") + "]"
        }
        #expect(!configuration(flat(50_000)).report.contains("more than"))
        #expect(configuration(flat(50_001)).report.contains("this is more than 50000 values"))
    }

    @Test func anAliasOfAFinishedAnchorIsNoCircle() throws {
        let settings = try settings(
            """
            listeners:
              a: &a {bind: 127.0.0.1:0, upstream: db}
              b: *a
            upstreams: {db: {endpoints: [db:5432]}}
            """)
        #expect(settings.listeners.map(\.name) == ["a", "b"])
        #expect(settings.listeners.map(\.upstream) == ["db", "db"])
    }

    @Test func aHundredMessagesAreEnough() {
        let text = (0..<20_000).map { "unknown\($0): x" }.joined(separator: "\n")
        let configuration = configuration(text)
        #expect(configuration.findings.count == 100)
        #expect(configuration.problems == 20_002)
        #expect(
            configuration.report.hasSuffix(
                "attache.yaml: 20002 problems, the first 100 of them above"))
    }

    /// What was not kept among the hundred messages is wrong all the same: no file is looked for.
    @Test func mistakesBeyondTheHundredthAreNotBuiltUpon() throws {
        let folder = try Folder()
        let listeners = (1...200).map {
            " a\($0): {bind: 127.0.0.1:\($0), upstream: db, tls: {certificate: a}}\n"
        }
        let file = try folder.write(
            "attache.yaml",
            "listeners:\n\(listeners.joined())upstreams: {db: {endpoints: [127.0.0.1:999]}}\n")
        #expect(Configuration.load(file).problems == 200)
    }

    @Test func thousandsOfListenersAreComparedByLookingUp() {
        let ports = 1...4000
        let text =
            "listeners:\n"
            + ports.map { "  l\($0): {bind: 127.0.0.1:\($0), upstream: u\($0)}\n" }.joined()
            + "upstreams:\n"
            + ports.map { "  u\($0): {endpoints: [127.0.0.1:\($0 % 4000 + 1)]}\n" }.joined()
        let configuration = configuration(text)
        // All of them are one circle.
        #expect(configuration.problems == 4000)
        #expect(configuration.findings.allSatisfy { $0.what.contains("which leads back here") })
    }

    @Test func aFileOfOneMebibyteIsReadAndALargerOneIsNot() throws {
        let folder = try Folder()
        func padded(_ bytes: Int) -> String {
            Self.good + "#" + String(repeating: "x", count: bytes - Self.good.utf8.count - 1)
        }
        let at = try folder.write("at.yaml", padded(1 << 20))
        let above = try folder.write("above.yaml", padded(1 << 20 + 1))
        #expect(Configuration.load(at).settings != nil)
        #expect(
            Configuration.load(above).report == """
                \(above):1:1: cannot read the configuration "\(above)": it is larger than 1 MiB
                  That is no configuration; name another file.
                \(above): 1 problem
                """)
        #expect(Configuration.load("/dev/zero").report.contains("it is larger than 1 MiB"))
    }

    @Test func aLongTextIsCutAndControlCharactersAreSpelled() {
        let long = String(repeating: "x", count: 3000)
        let said = configuration("drain: \(long)\n\"work\\u001b[2J\": 1\n").report
        #expect(said.contains("\"" + String(repeating: "x", count: 80) + "…\" is not a duration"))
        #expect(said.contains("\\x1b[2J"))
        #expect(!said.contains("\u{1b}"))
    }

    @Test(arguments: [
        "listeners: {a: {bind: 127.0.0.1:1, upstream: db, tls: {key: %}}}",
        "listeners: {a: {bind: %, upstream: %, mode: %, sources: {allow: [%]}}}",
        "drain: %", "workers: %", "admin: {bind: %}", "log: {access: %, level: %}",
        "upstreams: {db: {endpoints: [%], tls: {pins: [%], server-name: %, verify: %}}}",
        "%: 1", "listeners: {%: {}}", "listeners: %", "upstreams: {db: {tls: {allow: {dns: [%]}}}}",
        "key-passphrase: %",
    ])
    func aKeyThatWasPastedIsNeverShown(text: String) {
        let pem = "\"-----BEGIN PRIVATE KEY----- c2VjcmV0 -----END PRIVATE KEY-----\""
        let said = configuration(text.replacing("%", with: pem)).report
        #expect(said.contains("attache.yaml:1:"))
        #expect(!said.contains("c2VjcmV0"), "\(said)")
    }

    @Test func aPassPhraseInPlaceOfItsFileIsNotShown() throws {
        let folder = try Folder()
        let file = try folder.write(
            "attache.yaml",
            """
            listeners: {a: {bind: 127.0.0.1:1, upstream: db}}
            upstreams:
              db:
                endpoints: [db:5432]
                tls:
                  certificate: \(try PKI.certificate("client"))
                  key: \(try PKI.key("client"))
                  key-passphrase-file: hunter2
            """)
        #expect(!Configuration.load(file).report.contains("hunter2"))
    }
}

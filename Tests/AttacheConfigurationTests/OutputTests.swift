// SPDX-License-Identifier: Apache-2.0
// What is written about the settings is what they are: example, documentation, schema, examples.

import AttacheCore
import Foundation
import Support
import Testing

@testable import AttacheConfiguration

struct OutputTests {
    @Test func theExampleIsGoodWithoutAnyFileBesideIt() throws {
        let folder = try Folder()
        let found = Configuration.load(try folder.write("attache.yaml", Output.example))
        #expect(found.report == "")
        #expect(found.settings?.listeners.map(\.name) == ["orders-db"])
    }

    @Test func everySettingOfTheExampleIsWellFormed() {
        let lines = Output.example.split(separator: "\n").map { line in
            let text = line.drop { $0 == " " }
            let isSetting = text.hasPrefix("#") && text.dropFirst().first?.isLetter == true
            return isSetting ? line.prefix { $0 == " " } + text.dropFirst() : line
        }
        var reading = Reading(folder: "")
        let everything = Array(lines.joined(separator: "\n").utf8)
        #expect(Draft.read(everything, &reading) != nil)
        // Not that they fit together: a certificate and certificates exclude each other.
        let what = reading.findings.map { $0.text(file: "example") }
        #expect(what.filter { !$0.contains("stands beside a single certificate") } == [])
    }

    @Test func everyKeyOfTheExampleHasAValue() {
        for line in Output.example.split(separator: "\n") {
            let text = line.drop { $0 == " " || $0 == "#" }
            #expect(!text.hasSuffix(": "), "\(line)")
        }
    }

    @Test func docsConfigurationIsWhatTheSchemaSays() throws {
        #expect(
            try Repository.text("docs/configuration.md") == Output.documentation,
            "docs/configuration.md is old: attache config docs > docs/configuration.md")
    }

    @Test func everyExampleIsRead() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.examples)
            .filter { $0.hasSuffix(".yaml") }
        #expect(names.count > 5)
        for name in names {
            let found = Configuration.load("\(Self.examples)/\(name)", files: .ignored)
            #expect(found.report == "")
            #expect(found.settings?.listeners.isEmpty == false, "\(name)")
        }
    }

    /// By an implementation that is not ours.
    @Test func theSchemaAcceptsEveryExampleAndRefusesMistakes() throws {
        let folder = try Folder()
        let schema = try folder.write("schema.json", Output.schema)
        let example = try folder.write("example.yaml", Output.example)
        let wrong = try folder.write(
            "wrong.yaml",
            """
            listeners: {a: {bind: 5432, upstream: db, dual-stack: maybe, colour: red}}
            upstreams: {"no name": {endpoints: [db:5432], timeouts: {idle: 5 seconds}}}
            workers: many
            """)
        let script = """
            import glob, json, sys, yaml
            from jsonschema import Draft202012Validator as Validator
            schema = json.load(open(sys.argv[1]))
            Validator.check_schema(schema)
            for path in glob.glob(sys.argv[2] + '/*.yaml') + sys.argv[3:]:
                errors = Validator(schema).iter_errors(yaml.safe_load(open(path)))
                print(path.rsplit('/')[-1], sorted('.'.join(map(str, e.path)) for e in errors))
            """
        let lines = try Program("python3").lines([
            "-c", script, schema, Self.examples, example, wrong,
        ])
        #expect(lines.count > 5)
        for line in lines where !line.hasPrefix("wrong.yaml") {
            #expect(line.hasSuffix(" []"), "\(line)")
        }
        #expect(
            lines.last == "wrong.yaml ['listeners.a', 'listeners.a.bind', "
                + "'listeners.a.dual-stack', 'upstreams', 'upstreams.no name.timeouts.idle', "
                + "'workers']")
    }

    private static let examples = "\(Repository.root)/docs/examples"
}

@Test func theYAMLLibraryNamesItsVersion() {
    #expect(YAMLLibrary.version.hasPrefix("libyaml 0."))
}

@Test(arguments: [("", "", 0), ("a", "", 1), ("", "ab", 2), ("kitten", "sitting", 3)])
func distanceCountsLetters(a: String, b: String, letters: Int) {
    #expect(Words.distance(a, b) == letters)
}

@Test(arguments: [
    ([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c"),
])
func wordsAreListedAsPeopleDo(words: [String], text: String) {
    #expect(words.listed == text)
}

// SPDX-License-Identifier: Apache-2.0
// The commands that take a file of settings, up to where the core would start.

import AttacheConfiguration
import Testing

@testable import attache

struct ConfigurationCommandTests {
    @Test(arguments: ["run", "check"])
    func aFileThatIsNotThereIsAMistakeOfTheFileNotOfUse(command: String) {
        let ending = Ending.of([command, "-c", "/nowhere/attache.yaml"])
        #expect(ending.code == 78)
        #expect(ending.complaint == "")
        #expect(
            ending.report == """
                /nowhere/attache.yaml:1:1: cannot read the configuration "/nowhere/attache.yaml": \
                no such file or directory (ENOENT)
                  Nothing of that name is there; name the file that exists.
                /nowhere/attache.yaml: 1 problem
                """)
    }

    @Test func theUsualFileIsTheDefault() throws {
        #expect(try Run.parse([]).file.config == "/etc/attache/attache.yaml")
        #expect(try Check.parse(["--config", "a.yaml"]).file.config == "a.yaml")
    }

    @Test(arguments: [
        ("run attache.yaml", "attache.yaml belongs to no flag"), ("check -c", "missing value"),
        ("check --confg x", "did you mean --config?"),
    ])
    func wrongUseIsSaidSo(line: String, part: String) {
        let ending = Ending.of(words(line))
        #expect(ending.code == 64)
        #expect(ending.complaint.lowercased().contains(part))
    }

    @Test func onlyWhatPeopleWantToSeeIsListed() {
        let help = Ending.of(["config", "--help"]).answer
        #expect(help.contains("example"))
        #expect(help.contains("schema"))
        #expect(!help.contains("docs "))
    }
}

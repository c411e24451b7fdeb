// SPDX-License-Identifier: Apache-2.0
// Every mistake in Mistakes/ is answered with exactly what stands below it there.

import Foundation
import Support
import Testing

@testable import AttacheConfiguration

/// A title, a file, `====`, and what attache check says of it; an empty line, and the next one.
struct Mistake: CustomTestStringConvertible {
    let title: String
    let file: String
    let answer: String
    var testDescription: String { title }

    static func all(_ group: String) -> [Mistake] {
        guard let text = try? Repository.text("Tests/AttacheConfigurationTests/Mistakes/\(group)")
        else { return [] }
        return text.trimmingCharacters(in: .newlines).components(separatedBy: "\n\n").map { block in
            let parts = block.components(separatedBy: "\n====\n")
            let lines = parts[0].split(separator: "\n", maxSplits: 1).map(String.init)
            return Mistake(title: lines[0], file: lines[1] + "\n", answer: parts[1])
        }
    }
}

struct MistakeTests {
    @Test(arguments: Mistake.all("shape.txt"))
    func ofShapeAreExplained(_ mistake: Mistake) {
        #expect(configuration(mistake.file, folder: "FOLDER").report == mistake.answer)
    }

    @Test(arguments: Mistake.all("values.txt"))
    func inValuesAreExplained(_ mistake: Mistake) {
        #expect(configuration(mistake.file, folder: "FOLDER").report == mistake.answer)
    }

    @Test(arguments: Mistake.all("between.txt"))
    func betweenKeysAreExplained(_ mistake: Mistake) {
        #expect(configuration(mistake.file, folder: "FOLDER").report == mistake.answer)
    }

    @Test(arguments: Mistake.all("tunnels.txt"))
    func inTunnelsAreExplained(_ mistake: Mistake) {
        #expect(configuration(mistake.file, folder: "FOLDER").report == mistake.answer)
    }

    /// The files are those of certs/make, in the folder of the configuration.
    @Test(arguments: Mistake.all("files.txt"))
    func inFilesAreExplained(_ mistake: Mistake) throws {
        let folder = try Folder()
        for name in ["client", "server", "expired"] {
            try FileManager.default.copyItem(
                atPath: try PKI.certificate(name), toPath: folder.file("\(name).pem"))
            try FileManager.default.copyItem(
                atPath: try PKI.key(name), toPath: folder.file("\(name).key"))
        }
        try FileManager.default.copyItem(
            atPath: try PKI.certificate("ca"), toPath: folder.file("ca.pem"))
        try folder.write("garbage.pem", "this is not PEM\n")
        try folder.write("empty.pem", "")
        try Program("openssl").lines([
            "pkey", "-in", folder.file("client.key"), "-aes256", "-passout", "pass:open-sesame",
            "-out", folder.file("locked.key"),
        ])
        let wrong = try folder.write("wrong.pass", "sesame\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: wrong)
        let report = Configuration.load(try folder.write("attache.yaml", mistake.file)).report
            .replacingOccurrences(of: folder.path + "/attache.yaml:", with: "attache.yaml:")
            .replacingOccurrences(of: folder.path, with: "FOLDER")
            .replacing(#/at 20\d\d-\S+Z/#, with: "at DATE")
            .replacing(#/OpenSSL 3\.\S+ \d+ \w+ 20\d\d/#, with: "OpenSSL VERSION")
        #expect(report == mistake.answer)
    }

    @Test func thereAreManyOfThem() {
        let groups = ["shape.txt", "values.txt", "between.txt", "tunnels.txt", "files.txt"]
        #expect(groups.map { Mistake.all($0).count }.reduce(0, +) > 100)
    }
}

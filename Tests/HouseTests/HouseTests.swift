// SPDX-License-Identifier: Apache-2.0
// The house as it stands keeps its own rules.

import Testing

struct HouseTests {
    /// Read once for all rules.
    private static let read = Result { try SourceFile.all() }
    private let files: [SourceFile]

    init() throws {
        files = try Self.read.get()
        // Else every rule would hold for want of files.
        try #require(files.contains { $0.path == "Sources/AttacheCore/Settings.swift" })
        try #require(files.contains { $0.path == "Tests/HouseTests/HouseTests.swift" })
    }

    @Test func mentionsPointDownOnly() {
        report(Layers.complaints(about: files))
    }

    @Test func librariesAreImportedInTheirOwnRoomsOnly() {
        report(Manners.imports(of: files))
    }

    @Test func nothingCrashesWhereAnAnswerIsPossible() {
        report(Manners.crashes(in: files))
    }

    @Test func everyFileOpensWithItsLicenceAndWhatItIsFor() {
        report(Manners.openings(of: files))
    }

    @Test func noLineIsWiderThanAScreen() {
        report(Manners.longLines(of: files))
    }

    private func report(_ complaints: [String]) {
        for complaint in complaints { Issue.record("\(complaint)") }
    }
}

// SPDX-License-Identifier: Apache-2.0
// The checks of the house rules are checked themselves, on lines made up for them.

import Testing

struct MannersTests {
    private static let head = "// SPDX-License-Identifier: Apache-2.0\n"

    @Test(arguments: [
        ("Sources/AttacheCore/Transport/TLS/A.swift", "import COpenSSL\nimport CLinux", 0),
        ("Sources/AttacheCore/Transport/Plain/A.swift", "import COpenSSL", 1),
        ("Sources/AttacheCore/Transport/TLS/A.swift", "import CNghttp2", 1),
        ("Sources/AttacheCore/System/A.swift", "import CLinux\nimport Glibc", 0),
        ("Sources/AttacheCore/Reactor/A.swift", "import CLinux", 1),
        ("Sources/AttacheCore/Reactor/A.swift", "@preconcurrency import struct CLinux.rlimit", 1),
        ("Sources/AttacheCore/SystemOther/A.swift", "import CLinux", 1),
        ("Sources/attache/A.swift", "import Foundation\nimport FoundationEssentials", 2),
        (
            "Sources/AttacheBench/Comparison/A.swift",
            "import FoundationEssentials\nimport Foundation", 1
        ),
        ("Sources/AttacheBench/Reports/A.swift", "import FoundationEssentials", 1),
        ("Sources/attache/A.swift", "// import Foundation\nlet a = \"import Foundation\"", 0),
        ("Sources/attache/A.swift", "import class Foundation.FileManager", 1),
        ("Tests/AttacheCoreTests/A.swift", "import Foundation\nimport COpenSSL", 0),
    ])
    func importsStayInTheirRooms(path: String, text: String, count: Int) {
        #expect(Manners.imports(of: [SourceFile(path, text)]).count == count)
    }

    @Test(arguments: [
        ("let a = try! b()", "try!"), ("let a = b as! C", "as!"), ("let a = b!", "unwrap"),
        ("b![0]", "unwrap"), ("f()!.g", "unwrap"), ("a[0]!", "unwrap"), ("var a: B!", "unwrap"),
        ("fatalError(\"no\")", "fatalError"), ("let a = \"\\(b!)\"", "unwrap"),
    ])
    func whatCrashesIsFound(line: String, word: String) {
        let complaints = Manners.crashes(in: [SourceFile("Sources/A.swift", "\n" + line)])
        #expect(complaints.count == 1)
        #expect(complaints.first?.hasPrefix("Sources/A.swift:2 says ") == true)
        #expect(complaints.first?.contains(word) == true)
        #expect(Manners.crashes(in: [SourceFile("Tests/A.swift", line)]) == [])
    }

    @Test(arguments: [
        "if !a { }", "a != b", "f(!a)", "let a = \"b!\"", "// never!", "try b()", "a as? C",
        "#if !os(Linux)", "[!a]", "precondition(a, \"b\")",
    ])
    func whatOnlyLooksLikeACrashIsFine(line: String) {
        #expect(Manners.crashes(in: [SourceFile("Sources/A.swift", line)]) == [])
    }

    @Test(arguments: [
        ("\(head)// What this is for.\n", 0),
        ("\(head)// What this is for, which takes\n// a second line.\nimport B", 0),
        ("\(head)import B", 1), ("\(head)// What this is for\n", 1), ("\(head)// Short.", 1),
        (head, 1), ("", 1), ("// What this is for.\n\(head)", 1), ("\n\(head)// A b c.", 1),
    ])
    func aFileOpensWithItsLicenceAndASentence(text: String, count: Int) {
        #expect(Manners.openings(of: [SourceFile("Tests/A.swift", text)]).count == count)
    }

    @Test func aManifestOpensWithItsToolsVersion() {
        let manifest = SourceFile("Benchmarks/Package.swift", "// swift-tools-version: 6.2\n")
        #expect(Manners.openings(of: [manifest]) == [])
    }

    @Test func columnsAreCountedAsAPersonDoes() {
        let fits = String(repeating: "é", count: 100)
        let long = fits + "é"
        #expect(Manners.longLines(of: [SourceFile("A.swift", fits)]) == [])
        #expect(
            Manners.longLines(of: [SourceFile("A.swift", "\n\(long)\n\(fits)")])
                == ["A.swift:2 is 101 columns wide; 100 fit on everybody's screen."])
    }
}

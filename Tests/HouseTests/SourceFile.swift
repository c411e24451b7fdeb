// SPDX-License-Identifier: Apache-2.0
// One Swift file of the house, and how to find them all.

import Foundation

struct SourceFile: Sendable {
    /// From the package's root: "Sources/AttacheCore/Relay/Flow.swift".
    let path: String
    let text: String
    /// The text without comments and string literals, line by line the same.
    let code: SwiftCode

    init(_ path: String, _ text: String) {
        self.path = path
        self.text = text
        code = SwiftCode(text)
    }

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    func isUnder(_ folder: String) -> Bool { path.hasPrefix(folder + "/") }

    /// Every Swift file that is ours; what a build leaves behind is not.
    static func all() throws -> [SourceFile] {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try ["Sources", "Tests", "Benchmarks"].flatMap { folder -> [SourceFile] in
            let base = root.appending(path: folder)
            let entries = FileManager.default.enumerator(atPath: base.path)
            let paths = entries?.compactMap { $0 as? String } ?? []
            return try paths.sorted()
                .filter { $0.hasSuffix(".swift") && !$0.split(separator: "/").contains(".build") }
                .map { path in
                    let text = try String(
                        contentsOf: base.appending(path: path), encoding: .utf8)
                    return SourceFile("\(folder)/\(path)", text)
                }
        }
    }
}

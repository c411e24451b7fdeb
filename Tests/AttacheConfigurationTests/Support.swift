// SPDX-License-Identifier: Apache-2.0
// Files of settings as texts, for tests that look at what becomes of them.

import AttacheCore
import Support
import Testing

@testable import AttacheConfiguration

/// Without the files that it names.
func configuration(_ text: String, folder: String = "/etc/attache") -> Configuration {
    configuration(Array(text.utf8), folder: folder)
}

func configuration(_ bytes: [UInt8], folder: String = "/etc/attache") -> Configuration {
    Configuration(file: "attache.yaml", bytes: bytes, folder: folder, files: .ignored)
}

/// The settings of a good file.
func settings(_ text: String) throws -> Settings {
    let configuration = configuration(text)
    return try #require(configuration.settings, "\(configuration.report)")
}

enum Repository {
    static let root =
        "/"
        + #filePath.split(separator: "/").prefix { $0 != "Tests" }
        .joined(separator: "/")

    static func text(_ path: String) throws -> String {
        let bytes = try ConfigurationFile.bytes("\(root)/\(path)", bytesMax: 1 << 20)
        return String(decoding: bytes, as: UTF8.self)
    }
}

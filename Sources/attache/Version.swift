// SPDX-License-Identifier: Apache-2.0
// Which attache this is, and what it really runs with.

import AttacheAdmin
import AttacheConfiguration
import AttacheCore

enum Version {
    static let number = "0.1.0"

    /// The parser answers `--version` before it looks at anything else.
    static func isAskedVerbosely(_ arguments: [String]) -> Bool {
        arguments.count == 2 && Set(arguments) == ["--version", "--verbose"]
    }

    /// For a report of a fault: as loaded, which may be newer than what it was built with.
    static var verbose: String {
        [
            "attache \(number)", OpenSSLLibrary.version, YAMLLibrary.version, EventLibrary.version,
            Platform.library, Platform.kernel,
        ].joined(separator: "\n")
    }
}

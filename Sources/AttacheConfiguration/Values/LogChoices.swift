// SPDX-License-Identifier: Apache-2.0
// How loud events are and where lines go, as they stand on a command line or in a file.

import AttacheCore

/// `debug` for all, or `upstream=debug` for one part.
package struct LevelChoice: Equatable {
    package let subsystem: Subsystem?
    package let level: LogLevel

    package static func parse(_ text: String) throws(Problem) -> LevelChoice {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        let levels = LogLevel.allCases.map(\.rawValue)
        guard let level = parts.last.flatMap(LogLevel.init), parts.count <= 2 else {
            throw Problem("it is no level; there are \(levels.listed)")
        }
        guard parts.count == 2 else { return LevelChoice(subsystem: nil, level: level) }
        guard let subsystem = Subsystem(rawValue: parts[0]) else {
            throw Problem(
                "\"\(parts[0])\" is no part of attache; there are "
                    + Subsystem.allCases.map(\.rawValue).listed)
        }
        return LevelChoice(subsystem: subsystem, level: level)
    }

    package func apply(to log: inout LogSettings) {
        if let subsystem {
            log.levels[subsystem] = level
        } else {
            log.level = level
        }
    }
}

package enum LogPlaces {
    package static func parse(_ text: String) throws(Problem) -> LogSettings.Destination {
        switch text {
        case "stdout": return .standardOutput
        case "stderr": return .standardError
        case "none": return .none
        default:
            guard text.contains("/") else {
                throw Problem(
                    "it is none of stdout, stderr and none, and no file: it has no slash")
            }
            return .file(text)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Command lines as they are typed, for tests that look at what becomes of them.

import AttacheCore
import Testing

@testable import attache

/// `connect --listen …` without the program's name, split at blanks.
func words(_ line: String) -> [String] {
    line.split(separator: " ").map(String.init)
}

func plan(_ line: String) throws -> Plan {
    let arguments = words(line)
    try Repeats.refuse(in: arguments)
    let command = try Root.parseAsRoot(arguments)
    return try #require(command as? any TunnelCommand, "\(line) is no tunnel").plan()
}

/// The settings of a command line's only listener.
func listener(_ line: String) throws -> ListenerSettings {
    try #require(try plan(line).settings.listeners.first)
}

func upstream(_ line: String) throws -> UpstreamSettings {
    try #require(try plan(line).settings.upstreams.first)
}

/// What is said to whoever types it; the core is not started, a right line is no complaint.
func complaint(_ line: String) -> String {
    do {
        _ = try plan(line)
        return ""
    } catch {
        let ending = Ending.by(error, words(line))
        #expect(ending.code == 64, "\(line)")
        return ending.complaint
    }
}

extension Tag {
    /// Reads like a table: what is typed, what must be said.
    @Tag static var messages: Self
}

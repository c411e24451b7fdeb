// SPDX-License-Identifier: Apache-2.0
// What is under load, and how one speaks to it.

import ArgumentParser
import AttacheBench
import AttacheConfiguration
import AttacheCore

/// Towards the services under load.
enum BenchTargets: Role {
    static let prefix = ""
    static let certificate = ConnectUpstream.certificate
}

struct TargetFlags: ParsableArguments {
    @Argument(
        help: .init("tcp://host:port, tls://host:port or unix:/path.", valueName: "target"),
        transform: { try Texts.read($0, TargetURL.init(parsing:)) })
    var target: TargetURL?

    @Option(
        name: .customLong("compare"),
        help: .init(
            "Instead of one target; repeatable. They take turns: A B C, B C A, …; the first is "
                + "what the others are compared with.", valueName: "name=target"),
        transform: { text in
            try Texts.read(text) { text throws(MalformedText) in
                try Named(parsing: text, TargetURL.init(parsing:))
            }
        })
    var compare: [Named<TargetURL>] = []

    @Option(
        name: .customLong("pid"),
        help: .init(
            "The process whose CPU is measured; with --compare NAME=PID, repeatable.",
            valueName: "pid"),
        transform: ProcessChoice.parse)
    var processes: [ProcessChoice] = []

    @Flag(name: .customLong("no-resume"), help: "Every TLS handshake is a full one.")
    var noResume = false
}

/// `4711`, or `attache=4711`.
struct ProcessChoice: Sendable {
    /// nil: of the only target.
    let name: String?
    let process: Int32

    static func parse(_ text: String) throws(Problem) -> ProcessChoice {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let number = parts.last.flatMap({ Int32($0) }), number > 0, parts[0] != "" else {
            throw Problem("it is no process; write such as 4711, or NAME=4711 with --compare")
        }
        guard ProcessMeter(number).cpu != nil else {
            throw Problem("there is no process \(number)")
        }
        return ProcessChoice(
            name: parts.count == 2 ? String(parts[0]) : nil, process: number)
    }
}

// SPDX-License-Identifier: Apache-2.0
// The reading of one file: collects what is to be said, knows where relative file names begin.

import AttacheCore

struct Reading {
    /// Where names of files begin that do not begin with "/": the folder of the file of settings.
    let folder: String
    private(set) var findings: [Finding] = []
    /// How many there were; those beyond the bound are not kept.
    private(set) var problems = 0
    private var warnings = 0
    /// The paths of all of them, and of what they stand in.
    private var spoilt: Set<String> = []
    /// The paths of keys that are not there, and that an unknown one beside their place was
    /// probably meant to be.
    private var misspelt: Set<String> = []

    /// Of either kind: nobody reads more at once, and a file can hold a thousand times as many.
    private static let keptMax = 100

    init(folder: String) {
        self.folder = folder
    }

    /// At the value itself.
    mutating func problem(_ node: Node, _ what: String, remedy: String = "") {
        note(.problem, node.place, node.path, what, remedy)
    }

    /// At its key: something is missing in it, or the whole of it is meant.
    mutating func problem(with node: Node, _ what: String, remedy: String = "") {
        note(.problem, node.keyPlace, node.path, what, remedy)
    }

    mutating func warning(
        _ node: Node, _ what: String, remedy: String = "", isToldAtStart: Bool = false
    ) {
        note(.warning, node.place, node.path, what, remedy, isToldAtStart)
    }

    mutating func note(
        _ severity: Finding.Severity, _ place: Place, _ path: String, _ what: String,
        _ remedy: @autoclosure () -> String, _ isToldAtStart: Bool = false
    ) {
        switch severity {
        case .problem:
            problems += 1
            spoil(path)
        case .warning: warnings += 1
        }
        guard (severity == .problem ? problems : warnings) <= Self.keptMax else { return }
        findings.append(
            Finding(
                severity: severity, place: place, path: path, what: what, remedy: remedy(),
                isToldAtStart: isToldAtStart))
    }

    /// Nothing was wrong with it nor with anything in it, so that conclusions may be drawn from it.
    func isSound(_ node: Node) -> Bool {
        !spoilt.contains(node.path)
    }

    /// An unknown key in `node` was probably meant to be `key`.
    mutating func misspells(_ key: String, in node: Node) { misspelt.insert("\(node.path).\(key)") }

    /// It is not there, and not by a slip of the pen: what follows from that is worth saying.
    func lacks(_ key: String, _ node: Node) -> Bool {
        node[key] == nil && !misspelt.contains("\(node.path).\(key)")
    }

    /// One more problem would only be counted.
    var isFull: Bool { problems >= Self.keptMax }

    private mutating func spoil(_ path: String) {
        spoilt.insert(path)
        for end in path.indices where ".[".contains(path[end]) {
            spoilt.insert(String(path[..<end]))
        }
    }

    /// As a path from the root of the file system.
    func resolve(_ file: String) -> String {
        if file.hasPrefix("/") || folder.isEmpty { return file }
        return folder.hasSuffix("/") ? folder + file : "\(folder)/\(file)"
    }

    /// The same for Unix sockets. nil: the path is too long then, which has been noted.
    mutating func resolve(_ address: Address, _ node: Node) -> Address? {
        guard case .unix(let path) = address else { return address }
        do throws(Address.Malformed) {
            return try Address(parsing: "unix:\(resolve(path))")
        } catch {
            problem(node, error.message, remedy: "Write a shorter one, from the root.")
            return nil
        }
    }
}

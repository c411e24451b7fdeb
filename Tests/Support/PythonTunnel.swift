// SPDX-License-Identifier: Apache-2.0
// A tunnel's end that is written with python-h2: Tests/Peers/h2tunnel.py, and what it says.

import Foundation

public final class PythonTunnel: Sendable {
    public let child: Child
    public let endpoint: Endpoint

    private init(_ role: String, _ own: String, _ words: [String]) throws {
        // Debian's Python, which is the one that python3-h2 belongs to.
        let child = try Child(
            ["/usr/bin/python3", "-B", "\(PKI.sourceRoot)/Tests/Peers/h2tunnel.py", role]
                + [try PKI.directory(), own] + words)
        self.child = child
        do {
            endpoint = try child.wait("listening line") { lines in
                try lines.first { $0.hasPrefix("listening on ") }
                    .map { try Endpoint(String($0.dropFirst("listening on ".count))) }
            }
        } catch {
            child.destroy()
            throw error
        }
    }

    /// Its plain clients become streams of one connection to `end`.
    public static func originating<Answer>(
        to end: Endpoint, authority: String, own: String = "workload",
        _ body: (PythonTunnel) throws -> Answer
    ) throws -> Answer {
        try with(PythonTunnel("originate", own, ["\(end.port)", authority]), body)
    }

    /// The streams of its clients become connections to `target`.
    public static func terminating<Answer>(
        at target: Endpoint, own: String = "gateway", _ body: (PythonTunnel) throws -> Answer
    ) throws -> Answer {
        try with(PythonTunnel("terminate", own, ["\(target.port)"]), body)
    }

    private static func with<Answer>(
        _ tunnel: PythonTunnel, _ body: (PythonTunnel) throws -> Answer
    ) throws -> Answer {
        defer { tunnel.child.destroy() }
        do { return try body(tunnel) } catch {
            let said = tunnel.child.output.suffix(8).map { "  | \($0)" }.joined(separator: "\n")
            throw Failure("\(error)\npython:\n\(tunnel.child.tail)\n\(said)")
        }
    }

    /// Waits for the first line that begins so; hands it out.
    @discardableResult
    public func line(
        _ beginning: String, file: String = #fileID, line: Int = #line
    ) throws -> String {
        try child.wait("a line \(beginning)…", file: file, line: line) { lines in
            lines.first { $0.hasPrefix(beginning) }
        }
    }

    /// How many lines begin so by now.
    public func count(_ beginning: String) -> Int {
        child.output.count { $0.hasPrefix(beginning) }
    }
}

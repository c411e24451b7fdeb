// SPDX-License-Identifier: Apache-2.0
// A Python program of Tests/Peers that breaks the rules of HTTP/2, case by case, and what it tells.

import Foundation

/// One group of cases, run one after the other beside a well-behaved session.
public final class HostilePeer: Sendable {
    public struct Case: Sendable {
        public let name: String
        /// Of the session lines that it must leave behind.
        public let reasons: [String]
        /// "ok", or what the other side did instead.
        public let verdict: String
    }

    public enum Role: String, Sendable { case client, server }

    private let child: Child

    /// `ports`: as the program's first lines tell. Debian's own Python has hpack and h2.
    public init(_ role: Role, _ group: String, ports: [UInt16]) throws {
        let folder = #filePath.components(separatedBy: "/Support/")[0] + "/Peers"
        let certificates = (try PKI.certificate("ca") as NSString).deletingLastPathComponent
        child = try Program("python3", alsoIn: ["/usr/bin"]).start(
            ["-B", "\(folder)/\(role.rawValue).py", certificates, group] + ports.map { "\($0)" })
    }

    /// Waits for a line of its own making: it is where the test must act.
    public func wait(for line: String) throws {
        try child.wait("\"\(line)\"") { $0.first { $0 == line } }
    }

    /// All of its cases, when it is through with them.
    public func cases(within limit: Duration = .seconds(60)) throws -> [Case] {
        defer { child.destroy() }
        guard try child.waitForExit(within: limit) == .code(0), child.output.last == "done" else {
            throw Failure("the hostile peer died:\n\(child.tail)")
        }
        return try child.output.filter { $0.hasPrefix("case ") }.map { line in
            guard let told = line.wholeMatch(of: #/case (\S+) \[(.*?)\] (.*)/#) else {
                throw Failure("what is \(line)")
            }
            return Case(
                name: String(told.1), reasons: told.2.split(separator: " ").map(String.init),
                verdict: String(told.3))
        }
    }
}

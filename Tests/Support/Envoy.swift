// SPDX-License-Identifier: Apache-2.0
// A running Envoy with one listener on a port of the kernel's choice, and what its operator's
// socket tells.

import Foundation

public final class Envoy: Sendable {
    public let child: Child
    /// Where its listener listens.
    public let endpoint: Endpoint
    private let folder: Folder
    private let admin: Endpoint

    /// Where scripts/envoy puts it. A missing one is a failure, never a test that is skipped.
    private static let program = Result { () throws -> Program in
        let root = "\(PKI.sourceRoot)/.build/benchmarks/envoy/lib"
        let pythons = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let places = pythons.map { "\(root)/\($0)/site-packages/envoy/_bin" }
        do {
            return try Program("envoy", alsoIn: places)
        } catch {
            throw Failure("Envoy is missing: run scripts/envoy")
        }
    }

    /// `resources` is what stands below `static_resources`, without its indentation.
    private init(_ resources: String) throws {
        folder = try Folder()
        admin = .unix(folder.file("admin"))
        let body = resources.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        let file = try folder.write(
            "envoy.yaml",
            """
            admin: {address: {pipe: {path: \(folder.file("admin"))}}}
            static_resources:
            \(body)
            """)
        // A drain begins at once and for every connection; without that it is a lottery that takes
        // as long as --drain-time-s. Lines of the log would wait ten seconds.
        child = try Envoy.program.get().start([
            "-c", file, "--concurrency", "1", "--disable-hot-restart", "-l", "warning",
            "--drain-strategy", "immediate", "--drain-time-s", "600",
            "--file-flush-interval-msec", "10",
        ])
        do {
            try Envoy.waitUntilReady(child, admin)
            endpoint = try Envoy.listener(admin)
        } catch {
            child.destroy()
            throw error
        }
    }

    /// Runs the body beside an Envoy, which must live through it.
    static func with<Answer>(
        _ resources: String, _ body: (Envoy) throws -> Answer
    ) throws -> Answer {
        let envoy = try Envoy(resources)
        defer { envoy.child.destroy() }
        do {
            let answer = try body(envoy)
            try demand(envoy.child.isRunning, "Envoy ended")
            return answer
        } catch {
            let said = envoy.child.output.suffix(4).map { "  | \($0)" }.joined(separator: "\n")
            throw Failure("\(error)\nEnvoy:\n\(envoy.child.tail)\n\(said)")
        }
    }

    private static func waitUntilReady(_ child: Child, _ admin: Endpoint) throws {
        try eventually("Envoy is ready: \(child.tail)") {
            guard child.isRunning else { throw Failure("Envoy ended: \(child.tail)") }
            return (try? ask(admin, "GET", "/ready"))?.contains("LIVE") == true
        }
    }

    private static func listener(_ admin: Endpoint) throws -> Endpoint {
        let said = try ask(admin, "GET", "/listeners")
        guard let found = said.firstMatch(of: #/::(127\.0\.0\.1:\d+)/#) else {
            throw Failure("Envoy has no listener: \(said)")
        }
        return try Endpoint(String(found.1))
    }

    // MARK: Asking

    /// The body as it comes, in chunks.
    private static func ask(_ admin: Endpoint, _ method: String, _ path: String) throws -> String {
        let peer = try Peer.connect(to: admin)
        try peer.send(
            "\(method) \(path) HTTP/1.1\r\nHost: envoy\r\nConnection: close\r\n\r\n")
        let answer = String(decoding: try peer.receiveAll().bytes, as: UTF8.self)
        guard answer.contains(" 200 OK\r\n") else { throw Failure("\(path): \(answer)") }
        return answer.components(separatedBy: "\r\n\r\n").dropFirst().joined()
    }

    /// A counter or gauge by its full name; one that has never moved may be unknown and is 0.
    public func statistic(_ name: String) throws -> Int {
        let said = try Envoy.ask(admin, "GET", "/stats?filter=^\(name)$")
        return said.firstMatch(of: #/: (\d+)\n/#).flatMap { Int($0.1) } ?? 0
    }

    /// Its connections are to be replaced: they get GOAWAY with their next answer.
    public func drain() throws {
        _ = try Envoy.ask(admin, "POST", "/drain_listeners?graceful")
    }

    /// Waits for so many lines about sessions; hands them out.
    public func sessions(
        _ count: Int, file: String = #fileID, line: Int = #line
    ) throws -> [EnvoyLine] {
        try child.wait("\(count) lines about sessions", file: file, line: line) { lines in
            let found = lines.compactMap(EnvoyLine.init)
            return found.count >= count ? found : nil
        }
    }

    public func session(file: String = #fileID, line: Int = #line) throws -> EnvoyLine {
        let all = try sessions(1, file: file, line: line)
        try demand(all.count == 1, "\(all)", file: file, line: line)
        return all[0]
    }
}

/// What Envoy says about a session, in the words of its own access log.
public struct EnvoyLine: Sendable, CustomStringConvertible {
    public let description: String
    private let values: [String: String]

    /// nil: not such a line.
    init?(_ line: String) {
        let fields = line.components(separatedBy: "\t")
        guard fields.first == "SESSION" else { return nil }
        description = line
        let pairs = fields.dropFirst().map { $0.split(separator: "=", maxSplits: 1) }
        values = Dictionary(
            pairs.filter { $0.count == 2 }.map { (String($0[0]), String($0[1])) }
        ) { $1 }
    }

    /// Empty where there is none.
    public subscript(_ key: String) -> String { values[key] ?? "" }

    /// The format that makes such lines.
    static func format(_ keys: KeyValuePairs<String, String>) -> String {
        let fields = keys.map { "\($0.key)=%\($0.value)%" }.joined(separator: "\\t")
        return """
            access_log:
            - name: stdout
              typed_config:
                "@type": \(Envoy.type).access_loggers.stream.v3.StdoutAccessLog
                log_format: {text_format_source: {inline_string: "SESSION\\t\(fields)\\n"}}
            """
    }
}

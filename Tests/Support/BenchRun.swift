// SPDX-License-Identifier: Apache-2.0
// `attache bench`, run to its end, and what its JSON says as far as tests look at it.

import Foundation

public struct BenchRun: Sendable {
    public struct Report: Decodable, Sendable {
        public let interrupted: Bool
        public let warnings: [String]
        public let targets: [Target]
        public let trials: [Trial]
    }
    public struct Target: Decodable, Sendable {
        public struct Trouble: Decodable, Sendable {
            public let count: Int
            public let example: String
        }
        public struct Slice: Decodable, Sendable {
            public let round: Int
            public let done: Int
            public let cpuNs: Int?
        }
        public struct Memory: Decodable, Sendable {
            public let connections: Int
            public let anonymousBytes: Int
        }
        public struct Histogram: Decodable, Sendable {
            public struct Row: Decodable, Sendable {
                public let start: Double
                public let count: Int
            }
            public let count: Int
            public let data: [Row]

            /// How many values begin at `seconds` or later.
            public func count(from seconds: Double) -> Int {
                data.filter { $0.start >= seconds }.reduce(0) { $0 + $1.count }
            }
        }
        public let name: String
        public let done: Int
        public let failed: Int
        public let unsent: Int
        public let percentilesUs: [String: Double]
        public let uncorrectedPercentilesUs: [String: Double]?
        public let uncorrectedHistogram: Histogram?
        public let durationHistogram: Histogram
        public let stagesUs: [String: [String: Double]]
        public let errors: [String: Trouble]
        public let tls: String?
        public let resumed: Int
        public let socketCount: Int
        public let bytesSent: Int
        public let bytesReceived: Int
        public let slices: [Slice]
        public let memory: [Memory]

        /// Milliseconds; nil: nothing was measured.
        public func percentile(_ percentile: String) -> Double? {
            percentilesUs[percentile].map { $0 / 1000 }
        }
    }
    public struct Trial: Decodable, Sendable {
        public let rate: Double
        public let kept: Bool
    }

    public let exit: Child.Exit
    public let output: [String]
    public let errors: [String]
    /// nil: it wrote none.
    public let report: Report?

    /// `attache bench` with these words, its JSON in a file of the test's own.
    public init(_ words: [String], within limit: Duration = .seconds(60)) throws {
        let folder = try Folder()
        let json = folder.file("run.json")
        let child = try Daemon.start(["bench"] + words + ["--json", json])
        defer { child.destroy() }
        exit = try child.waitForExit(within: limit)
        output = child.output
        errors = child.errors
        report = try FileManager.default.contents(atPath: json).map {
            try Self.decoder.decode(Report.self, from: $0)
        }
    }

    /// fortio's keys begin with a capital, ours have underscores.
    private static var decoder: JSONDecoder {
        struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { return nil }
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { path in
            let parts = path[path.count - 1].stringValue.split(separator: "_")
            let name = parts.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
            return Key(stringValue: name.prefix(1).lowercased() + name.dropFirst())
        }
        return decoder
    }

    /// Of a run with one target, which must have written a report.
    public var target: Target {
        get throws {
            guard let target = report?.targets.first else {
                throw Failure("no report: \(exit) \(errors.joined(separator: " "))")
            }
            return target
        }
    }
}

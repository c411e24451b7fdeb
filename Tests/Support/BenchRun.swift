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
            public let cpu_ns: Int?
        }
        public struct Memory: Decodable, Sendable {
            public let connections: Int
            public let anonymous_bytes: Int
        }
        public struct Histogram: Decodable, Sendable {
            public struct Row: Decodable, Sendable {
                public let Start: Double
                public let Count: Int
            }
            public let Count: Int
            public let Data: [Row]

            /// How many values begin at `seconds` or later.
            public func count(from seconds: Double) -> Int {
                Data.filter { $0.Start >= seconds }.reduce(0) { $0 + $1.Count }
            }
        }
        public let name: String
        public let done: Int
        public let failed: Int
        public let unsent: Int
        public let percentiles_us: [String: Double]
        public let uncorrected_percentiles_us: [String: Double]?
        public let UncorrectedHistogram: Histogram?
        public let DurationHistogram: Histogram
        public let stages_us: [String: [String: Double]]
        public let errors: [String: Trouble]
        public let tls: String?
        public let resumed: Int
        public let SocketCount: Int
        public let BytesSent: Int
        public let BytesReceived: Int
        public let slices: [Slice]
        public let memory: [Memory]

        /// Milliseconds; nil: nothing was measured.
        public func percentile(_ percentile: String) -> Double? {
            percentiles_us[percentile].map { $0 / 1000 }
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
            try JSONDecoder().decode(Report.self, from: $0)
        }
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

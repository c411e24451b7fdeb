// SPDX-License-Identifier: Apache-2.0
// A run as it was written with `--json`: what is needed to set it beside another one.

// Cold, and linked by argument-parser anyway: 16 KiB of program, none of an idle daemon's memory.
import FoundationEssentials

/// Only what `attache bench compare` looks at; other keys are passed over.
public struct RecordedRun: Sendable {
    /// What is wrong with a file, for people.
    public struct Problem: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    struct Plan: Decodable, Equatable {
        var mode: String
        var unit: String
        var connections: Int
        var threads: Int
        var rates: [Double]
    }
    struct Environment: Decodable, Equatable {
        var kernel: String
        var cpu: String
        var processors: Int
        var tlsLibrary: String
    }
    struct Slice: Decodable {
        var unitsPerSecond: Double?
        var p50Us: Double?
        var p99Us: Double?
        var cpuNsPerUnit: Double?
        var done: UInt64
        var failed: UInt64
    }
    struct MemoryPoint: Decodable {
        var connections: Int
        var anonymousBytes: UInt64
    }
    struct Target: Decodable {
        var name: String
        var done: UInt64
        var failed: UInt64
        var slices: [Slice]
        var memory: [MemoryPoint]
    }
    struct Contents: Decodable {
        var plan: Plan
        var environment: Environment
        var interrupted: Bool
        var targets: [Target]
    }
    private struct Head: Decodable {
        var attacheBench: Int?
    }

    /// As it was named, for messages.
    let file: String
    let contents: Contents

    /// - Parameter bytes: the whole file.
    public init(file: String, bytes: [UInt8]) throws(Problem) {
        self.file = file
        let head: Head = try Self.decoded(bytes, file) { _ in
            "is no JSON object: attache bench --json writes what is compared here"
        }
        guard let version = head.attacheBench else {
            throw Problem(
                description: "\(file) is not from attache bench: it has no \"attache_bench\"")
        }
        guard version == BenchJSON.version else {
            throw Problem(
                description: "\(file) has format \(version) of attache bench, and only "
                    + "\(BenchJSON.version) is known here: measure again with this program")
        }
        contents = try Self.decoded(bytes, file) { "is damaged: \($0)" }
    }

    private static func decoded<Value: Decodable>(
        _ bytes: [UInt8], _ file: String, _ problem: (String) -> String
    ) throws(Problem) -> Value {
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(Value.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw Problem(description: "\(file) " + problem(place(of: error)))
        } catch {
            throw Problem(description: "\(file) " + problem("\(error)"))
        }
    }

    /// "targets.0.slices: a key is missing".
    private static func place(of error: DecodingError) -> String {
        func text(_ path: [any CodingKey], _ what: String) -> String {
            let names = path.map { $0.intValue.map(String.init) ?? $0.stringValue }
            return names.isEmpty ? what : names.joined(separator: ".") + ": \(what)"
        }
        switch error {
        case .keyNotFound(let key, let context):
            return text(context.codingPath + [key], "it is missing")
        case .typeMismatch(_, let context): return text(context.codingPath, "it has another type")
        case .valueNotFound(_, let context): return text(context.codingPath, "it is null")
        case .dataCorrupted(let context): return text(context.codingPath, "it is no good JSON")
        @unknown default: return "it cannot be read"
        }
    }
}

extension RecordedRun.Target {
    /// The values whose median and spread stand for the run: of each slice that has the figure; of
    /// memory what a connection cost between neighbouring points.
    func values(of figure: RunDifference.Figure) -> [Double] {
        switch figure {
        case .cpu: slices.compactMap(\.cpuNsPerUnit)
        case .rate: slices.compactMap(\.unitsPerSecond)
        case .p50: slices.compactMap { $0.p50Us.map { $0 * 1000 } }
        case .p99: slices.compactMap { $0.p99Us.map { $0 * 1000 } }
        case .errors:
            slices.compactMap {
                let ended = Double($0.done) + Double($0.failed)
                return ended == 0 ? nil : Double($0.failed) / ended
            }
        case .memory: memoryOfConnections
        }
    }

    private var memoryOfConnections: [Double] {
        let points = memory.sorted { $0.connections < $1.connections }
        return zip(points, points.dropFirst()).compactMap { less, more in
            let more = (Double(more.connections), Double(more.anonymousBytes))
            let less = (Double(less.connections), Double(less.anonymousBytes))
            return more.0 == less.0 ? nil : (more.1 - less.1) / (more.0 - less.0)
        }
    }
}

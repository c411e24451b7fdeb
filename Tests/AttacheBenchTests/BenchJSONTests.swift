// SPDX-License-Identifier: Apache-2.0
// The report for machines is what its schema says, and what fortio would have written.

import AttacheBench
import AttacheCore
import Foundation
import Support
import Testing

struct BenchJSONTests {
    private static let schema = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "bench.schema.json").path

    private func object(_ report: BenchReport) throws -> [String: Any] {
        let data = Data(BenchJSON.text(report).utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// By an implementation that is not ours; one process for all, they take a second each.
    @Test func everyShapeIsWhatTheSchemaSays() throws {
        let folder = try Folder()
        let files = try Shape.allCases.map {
            try folder.write($0.rawValue, BenchJSON.text($0.report))
        }
        // Keys by other names: the schema does refuse.
        let wrong = BenchJSON.text(Shape.single.report)
            .replacingOccurrences(of: "\"unsent\":", with: "\"unsend\":")
            .replacingOccurrences(of: "\"interrupted\":", with: "\"interupted\":")
        let script = """
            import json, sys
            from jsonschema import Draft202012Validator as Validator
            schema = json.load(open(sys.argv[1]))
            Validator.check_schema(schema)
            for path in sys.argv[2:]:
                text = open(path).read()
                assert text.endswith('}\\n') and text.count('\\n') == 1
                errors = Validator(schema).iter_errors(json.loads(text))
                print(path.rsplit('/')[-1], [e.message[:300] for e in errors])
            """
        let all = [Self.schema] + files + [try folder.write("wrong", wrong)]
        let lines = try Program("python3").lines(["-c", script] + all)
        #expect(lines.dropLast() == Shape.allCases.map { "\($0.rawValue) []" }[...])
        let last = try #require(lines.last)
        for key in ["unsend", "interupted", "'unsent' is a required property"] {
            #expect(last.contains(key), "\(key): \(last)")
        }
    }

    @Test func aSingleTargetHasFortiosKeysAtTheTopAsWell() throws {
        let top = try object(Shape.single.report)
        let target = try #require((top["targets"] as? [[String: Any]])?.first)
        for key in ["RunType", "ActualQPS", "RetCodes", "DurationHistogram", "Destination"] {
            let (above, inside) = (top[key] as? NSObject, target[key] as? NSObject)
            #expect(above != nil && above == inside, "\(key)")
        }
        #expect(try object(Shape.three.report)["RunType"] == nil)
    }

    @Test func fortiosHistogramAddsUpAndIsInSeconds() throws {
        let report = Shape.single.report
        let total = report.targets[0].total
        let histogram = try #require(
            try object(report)["DurationHistogram"] as? [String: Any])
        let data = try #require(histogram["Data"] as? [[String: Double]])
        #expect(data.count > 20 && data.count < 1000)
        #expect(data.reduce(0) { $0 + ($1["Count"] ?? 0) } == Double(total.done))
        #expect(data.last?["Percent"] == 100)
        #expect(data.first?["Start"] == Double(total.latency.min) / 1e9)
        #expect(data.last?["End"] == Double(total.latency.max) / 1e9)
        for (one, next) in zip(data, data.dropFirst()) {
            #expect((one["End"] ?? 0) <= (next["Start"] ?? 0))
            #expect((one["Percent"] ?? 0) < (next["Percent"] ?? 0))
        }
        let percentiles = try #require(histogram["Percentiles"] as? [[String: Double]])
        let p99 = percentiles.first { $0["Percentile"] == 99 }?["Value"]
        #expect(p99 == Double(total.latency.value(at: 99)) / 1e9)
    }

    @Test func errorsHaveTheirCountAndTheFirstOfThem() throws {
        let target = try #require(
            (try object(Shape.errorsOnly.report)["targets"] as? [[String: Any]])?.first)
        let errors = try #require(target["errors"] as? [String: [String: Any]])
        #expect(errors["timeout"]?["count"] as? Int == 2)
        #expect(errors["timeout"]?["example"] as? String == "no answer after 10s")
        #expect(target["RetCodes"] as? [String: Int] == ["OK": 0, "refused": 1, "timeout": 2])
    }
}

// SPDX-License-Identifier: Apache-2.0
// Two recorded runs: what changed beyond their own noise, and files that are no runs.

import AttacheCore
import Testing

@testable import AttacheBench

struct RunDifferenceTests {
    /// A run of one target whose slices did so much in a second, read back from its JSON.
    private static func run(
        _ done: [Int], file: String = "a.json", mode: BenchReport.Mode = .rr,
        name: String = "target",
        failed: Int = 0, memory: [Int] = []
    ) throws -> RecordedRun {
        var target = TargetReport(name: name, url: "tcp://t")
        target.slices = done.enumerated().map { round, done in
            var sample = LoadSample()
            sample.done = UInt64(done)
            sample.elapsed = 1_000_000_000
            for _ in 0..<failed { sample.fail("reset", "reset") }
            sample.latency.record(1_000_000)
            return Slice(round: round, start: 0, sample: sample, cpu: UInt64(done) * 5000)
        }
        target.memory = memory.enumerated().map {
            MemoryPoint(connections: $0.offset * 10, anonymous: UInt64($0.element))
        }
        let report = MadeUp.report(MadeUp.plan(mode), [target])
        return try RecordedRun(file: file, bytes: Array(BenchJSON.text(report).utf8))
    }

    private static let quiet = [1000, 1001, 999, 1000, 1002, 998, 1000, 1001, 999]
    private static let noisy = [700, 1300, 1000, 850, 1150, 1000, 600, 1400, 1000]

    @Test(
        arguments: [
            (quiet, 1.0, .same), (quiet, 0.991, .same), (quiet, 0.98, .worse),
            (quiet, 1.02, .better),
            (noisy, 0.98, .same), (noisy, 0.9, .same), (noisy, 0.5, .worse), (noisy, 2, .better),
            // Too few slices to know their noise.
            ([1000, 1000], 0.92, .same), ([1000, 1000], 0.88, .worse), ([1000], 1.2, .better),
        ] as [([Int], Double, RunDifference.Verdict)])
    func onlyWhatIsBeyondTheNoiseChanged(
        before: [Int], factor: Double, verdict: RunDifference.Verdict
    ) throws {
        let after = before.map { Int((Double($0) * factor).rounded()) }
        let difference = try RunDifference(before: Self.run(before), after: Self.run(after))
        let rate = try #require(difference.rows.first { $0.figure == .rate })
        #expect(rate.verdict == verdict, "\(rate)")
        #expect(difference.verdict == verdict)
        // The others stayed; they have no noise at all, which is no reason to trust them.
        #expect(difference.rows.filter { $0.verdict != .same }.allSatisfy { $0.figure == .rate })
    }

    @Test func errorsAndMemoryAreComparedToo() throws {
        let before = try Self.run(Self.quiet, memory: [1000, 2000, 3000, 4000])
        let worse = try Self.run(Self.quiet, failed: 20, memory: [1000, 3000, 5000, 7000])
        let rows = try RunDifference(before: before, after: worse).rows
        #expect(rows.first { $0.figure == .errors }?.verdict == .worse)
        let memory = try #require(rows.first { $0.figure == .memory })
        #expect(memory.before == 100 && memory.after == 200 && memory.verdict == .worse)
        // One in a thousand is nobody's fault.
        let single = try Self.run(Self.quiet, failed: 1)
        #expect(try RunDifference(before: before, after: single).verdict == .same)
    }

    @Test func theTableSaysWhatChangedAndWhatIsNotAlike() throws {
        let before = try Self.run(Self.quiet)
        let after = try Self.run(Self.quiet.map { $0 * 9 / 10 }, file: "b.json", name: "target")
        let lines = try RunDifference(before: before, after: after).text.split(separator: "\n")
        let rate = try #require(lines.first { $0.contains("  rate  ") })
        #expect(
            rate.split(separator: " ") == ["rate", "1,000/s", "900/s", "-10.0%", "±1.0%", "worse"])
        #expect(lines.last == "Beyond the noise of the runs, worse: rate of target.")
        let same = try RunDifference(before: before, after: before).text
        #expect(same.hasSuffix("Nothing changed beyond the noise of the runs.\n"))
    }

    @Test func runsOfOtherWorkAreNotCompared() throws {
        let rr = try Self.run(Self.quiet)
        let connect = try Self.run(Self.quiet, file: "b.json", mode: .connect)
        let other = try Self.run(Self.quiet, file: "c.json", name: "other")
        var error = #expect(throws: RecordedRun.Problem.self) {
            try RunDifference(before: rr, after: connect)
        }
        #expect(
            error?.description
                == "a.json measured rr and b.json connect: there is nothing to compare")
        error = #expect(throws: RecordedRun.Problem.self) {
            try RunDifference(before: rr, after: other)
        }
        #expect(
            error?.description
                == "a.json and c.json have no target with the same name and a figure in both")
    }

    @Test(arguments: [
        ("", "x is no JSON object: attache bench --json writes what is compared here"),
        ("[]", "x is no JSON object: attache bench --json writes what is compared here"),
        ("{", "x is no JSON object: attache bench --json writes what is compared here"),
        (#"{"RunType":"TCP"}"#, "x is not from attache bench: it has no \"attache_bench\""),
        (
            #"{"attache_bench":2}"#,
            "x has format 2 of attache bench, and only 1 is known here: measure again with this "
                + "program"
        ),
        (#"{"attache_bench":1}"#, "x is damaged: plan: it is missing"),
        (#"{"attache_bench":1,"plan":5}"#, "x is damaged: plan: it has another type"),
    ])
    func aFileThatIsNoRunIsToldSo(text: String, message: String) {
        let error = #expect(throws: RecordedRun.Problem.self) {
            try RecordedRun(file: "x", bytes: Array(text.utf8))
        }
        #expect(error?.description == message)
    }

    /// Wherever a file was cut off, and whatever one byte became.
    @Test func aDamagedFileIsNeverACrash() throws {
        let whole = Array(BenchJSON.text(Shape.stream.report).utf8)
        var read = 0
        for index in stride(from: 0, to: whole.count - 1, by: 37) {
            #expect(throws: RecordedRun.Problem.self) {
                try RecordedRun(file: "x", bytes: Array(whole[..<index]))
            }
            var changed = whole
            changed[index] = 0xff
            if (try? RecordedRun(file: "x", bytes: changed)) != nil { read += 1 }
        }
        #expect(read < whole.count)
        #expect(throws: RecordedRun.Problem.self) {
            try RecordedRun(
                file: "x", bytes: Array(String(repeating: "[", count: 100_000).utf8))
        }
    }

    @Test(arguments: Shape.allCases)
    func whatIsWrittenCanBeRead(shape: Shape) throws {
        _ = try RecordedRun(file: "x", bytes: Array(BenchJSON.text(shape.report).utf8))
    }

    @Test func mediansAndTheirUncertainty() {
        #expect([Double]().median == nil)
        #expect([3.0].median == 3 && [1.0, 9].median == 5 && [9.0, 1, 2].median == 2)
        #expect([1.0, 9].medianError == nil)
        #expect([1.0, 1, 1].medianError == 0)
        // Deviations 2, 1, 0, 1, 95: their median is 1, the outlier does not count.
        let error = [1.0, 2, 3, 4, 98].medianError ?? 0
        #expect(abs(error - 1.2533 * 1.4826 / 5.0.squareRoot()) < 1e-9)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Reports made up for tests: what a run could have found, without a run.

import AttacheBench
import AttacheCore
import Foundation
import Support

enum MadeUp {
    static let environment = Environment(
        program: "attache 0.1.0", tlsLibrary: "OpenSSL 3.0.22 1 Sep 2026",
        kernel: "Linux 6.1.0-28-amd64", cpu: "AMD EPYC 7B13", processors: 2, governor: nil)

    static func plan(
        _ mode: BenchReport.Mode, rates: [Double] = [],
        _ summary: String = "128 B there, 128 B back on 32 connections, 2 threads"
    ) -> BenchReport.Plan {
        BenchReport.Plan(
            mode: mode, summary: summary,
            arguments: ["bench", mode.rawValue, "tls://127.0.0.1:6380", "--duration", "20s"],
            connections: 32, threads: 2, seed: 7, warmUp: .seconds(2), duration: .seconds(20),
            count: nil, rates: rates)
    }

    static func report(_ plan: BenchReport.Plan, _ targets: [TargetReport]) -> BenchReport {
        // 2026-11-26T02:33:02Z
        BenchReport(
            plan: plan, environment: environment, started: 1_795_660_382_000_000_000,
            targets: targets)
    }

    /// A sample of one second: a body around `typical` nanoseconds, and a long tail.
    static func sample(
        typical: Double, done: Int, tail: Double = 8, queue: Double = 0, seed: UInt64
    ) -> LoadSample {
        var state = seed
        var sample = LoadSample()
        for _ in 0..<done {
            // Knuth's MMIX; the upper half is good enough.
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let share = (Double(state >> 32) + 1) / 4_294_967_297
            let time =
                typical * (0.7 + 0.3 * pow(1 / (1 - share), 1 / 2.2)) + pow(share, 400) * tail
            sample.service.record(UInt64(time))
            sample.latency.record(UInt64(time * (1 + queue * pow(share, 12))))
        }
        sample.elapsed = 1_000_000_000
        sample.done = UInt64(done)
        sample.bytesUp = UInt64(done) * 128
        sample.bytesDown = UInt64(done) * 128
        return sample
    }

    /// So many slices, one second each; `cpu` nanoseconds a unit.
    static func target(
        _ name: String, typical: Double = 200_000, done: Int = 500, slices: Int = 6,
        queue: Double = 0, turns: Int = 1, cpu: Double? = nil, index: Int = 0
    ) -> TargetReport {
        var target = TargetReport(name: name, url: "tls://127.0.0.1:\(6380 + index)")
        for round in 0..<slices {
            let wave = 1 + 0.04 * sin(Double(round * 3 + index))
            let sample = sample(
                typical: typical / wave, done: Int(Double(done) * wave), tail: 4 * typical,
                queue: queue, seed: UInt64(round * 31 + index + 1))
            let start = UInt64(round * turns + index) * 1_000_000_000
            let cost = cpu.map { UInt64($0 * Double(sample.done) / wave) }
            target.slices.append(Slice(round: round, start: start, sample: sample, cpu: cost))
            target.total.add(sample)
        }
        target.total.connections = 32
        target.process = cpu == nil ? nil : 4711
        return target
    }
}

/// Every shape that a report can have.
enum Shape: String, CaseIterable, Sendable {
    case single, open, three, connect, stream, idle, search, errorsOnly, nothing, none

    /// Made once: recording thousands of values takes a debug build its time.
    private static let reports = Dictionary(
        uniqueKeysWithValues: allCases.map { ($0, $0.made) })

    var report: BenchReport { Shape.reports[self] ?? made }

    private var made: BenchReport {
        switch self {
        case .single: return MadeUp.report(MadeUp.plan(.rr), [MadeUp.target("target")])
        case .open:
            return MadeUp.report(
                MadeUp.plan(.rate, rates: [500]), [MadeUp.target("target", queue: 20)])
        case .three: return three
        case .connect:
            var target = MadeUp.target("target", typical: 900_000)
            target.total.stages = [
                .resolving: LatencyHistogram(),
                .connecting: target.slices.isEmpty
                    ? LatencyHistogram() : target.total.latency,
                .securing: target.total.service,
            ]
            (target.total.tls, target.total.resumed) = ("TLSv1.3 TLS_AES_128_GCM_SHA256", 8)
            return MadeUp.report(MadeUp.plan(.connect, "a connection each time"), [target])
        case .stream:
            var target = TargetReport(name: "target", url: "tcp://127.0.0.1:9")
            target.total.elapsed = 2_000_000_000
            target.total.bytesUp = 5_000_000_000
            target.slices = [0, 1].map {
                var sample = LoadSample()
                sample.elapsed = 1_000_000_000
                sample.bytesUp = 2_500_000_000
                return Slice(round: $0, start: UInt64($0), sample: sample, cpu: 500_000_000)
            }
            return MadeUp.report(MadeUp.plan(.stream, "bytes up on 1 connection"), [target])
        case .idle:
            var target = TargetReport(name: "target", url: "tcp://127.0.0.1:9")
            target.memory = [0, 500, 1000].map {
                MemoryPoint(connections: $0, anonymous: UInt64(4_000_000 + $0 * 20_480))
            }
            (target.total.done, target.total.connections) = (1000, 1000)
            return MadeUp.report(MadeUp.plan(.idle, "1,000 connections that rest"), [target])
        case .search:
            var plan = MadeUp.plan(.search)
            plan.conditions = ["p99<5ms", "errors<=0"]
            var report = MadeUp.report(plan, [MadeUp.target("target", queue: 3)])
            report.trials = [(1000, true), (4000, false), (2000, true)].map { rate, isGood in
                Trial(
                    rate: rate, achieved: rate * 0.99, p50: 200_000,
                    p99: isGood ? 3_100_000 : 41_000_000, failed: 0, isGood: isGood)
            }
            return report
        case .errorsOnly:
            var target = TargetReport(name: "target", url: "tcp://127.0.0.1:9")
            target.total.elapsed = 1_000_000_000
            target.total.fail("refused", "connection refused (ECONNREFUSED)")
            target.total.fail("timeout", "no answer after 10s")
            target.total.fail("timeout", "not the first")
            target.total.unsent = 12
            return MadeUp.report(MadeUp.plan(.rate, rates: [100]), [target])
        case .nothing:
            var report = MadeUp.report(
                MadeUp.plan(.rr), [TargetReport(name: "target", url: "unix:/tmp/a")])
            report.isInterrupted = true
            return report
        case .none: return MadeUp.report(MadeUp.plan(.rr), [])
        }
    }

    private var three: BenchReport {
        var targets = [
            MadeUp.target("direct", typical: 60_000, done: 1600, turns: 3),
            MadeUp.target("attache", typical: 110_000, done: 900, turns: 3, cpu: 9_000, index: 1),
            MadeUp.target("haproxy", typical: 150_000, done: 700, turns: 3, cpu: 14_000, index: 2),
        ]
        for index in targets.indices {
            targets[index].total.tls = "TLSv1.3 TLS_AES_128_GCM_SHA256"
        }
        targets[2].total.fail("reset", "connection reset by peer (ECONNRESET)")
        var report = MadeUp.report(MadeUp.plan(.rr), targets)
        report.warnings = ["p50 of direct is below twice the generator's own floor (41us)"]
        return report
    }
}

// SPDX-License-Identifier: Apache-2.0
// A report for machines: `attache bench --json`, which `attache bench compare` reads again.

import AttacheCore

public enum BenchJSON {
    /// Of what is written here; another number when a key changes its meaning or goes.
    static let version = 1

    /// One object and a line end; Tests/AttacheBenchTests/bench.schema.json describes it.
    /// fortio's keys stand in each of `targets`, and of a single target at the top as well, so that
    /// `fortio report` draws such a file as it is.
    public static func text(_ report: BenchReport) -> String {
        var object = JSONObject(bytesExpected: 1 << 16)
        object.add("attache_bench", number: version)
        object.add("plan", raw: plan(report.plan))
        object.add("environment", raw: environment(report.environment))
        object.add("floor", raw: report.floor.map(floor))
        object.add("interrupted", flag: report.isInterrupted)
        object.add("warnings", list: report.warnings.map(string))
        object.add("targets", list: report.targets.map { TargetJSON($0, in: report).json })
        object.add("comparison", list: Comparison(report).rows.map(row))
        object.add("trials", list: report.trials.map(trial))
        if report.targets.count == 1, let target = report.targets.first {
            object.addFortioKeys(of: target, in: report)
        }
        return object.closed + "\n"
    }

    private static func plan(_ plan: BenchReport.Plan) -> String {
        var object = JSONObject(bytesExpected: 512)
        object.add("mode", plan.mode.rawValue)
        object.add("unit", plan.mode.unit)
        object.add("summary", plan.summary)
        object.add("arguments", list: plan.arguments.map(string))
        object.add("connections", number: plan.connections)
        object.add("threads", number: plan.threads)
        object.add("seed", number: plan.seed)
        object.add("warm_up_seconds", json: plan.warmUp / .seconds(1))
        object.add("duration_seconds", json: plan.duration.map { $0 / .seconds(1) })
        object.add("count", raw: plan.count.map(String.init))
        object.add("rates", list: plan.rates.map { $0.isFinite ? "\($0)" : "null" })
        object.add("conditions", list: plan.conditions.map(string))
        return object.closed
    }

    private static func environment(_ environment: Environment) -> String {
        var object = JSONObject(bytesExpected: 256)
        object.add("program", environment.program)
        object.add("tls_library", environment.tlsLibrary)
        object.add("kernel", environment.kernel)
        object.add("cpu", environment.cpu)
        object.add("processors", number: environment.processors)
        object.add("governor", environment.governor)
        return object.closed
    }

    private static func floor(_ floor: Floor) -> String {
        var object = JSONObject(bytesExpected: 64)
        object.add("units_per_second", json: floor.rate)
        object.add("p50_us", json: Double(floor.p50) / 1000)
        return object.closed
    }

    /// How many times the figures of the first target that has them.
    private static func row(_ row: Comparison.Row) -> String {
        var object = JSONObject(bytesExpected: 512)
        object.add("name", row.name)
        for figure in Comparison.Figure.allCases {
            guard let ratio = row.ratios[figure] else { continue }
            var inner = JSONObject(bytesExpected: 96)
            inner.add("to", ratio.base)
            inner.add("median", json: ratio.median)
            inner.add("lowest", json: ratio.lowest)
            inner.add("highest", json: ratio.highest)
            inner.add("rounds", number: ratio.rounds)
            object.add(figure.rawValue, raw: inner.closed)
        }
        return object.closed
    }

    private static func trial(_ trial: Trial) -> String {
        var object = JSONObject(bytesExpected: 128)
        object.add("rate", json: trial.rate)
        object.add("achieved", json: trial.achieved)
        object.add("p50_us", json: Double(trial.p50) / 1000)
        object.add("p99_us", json: Double(trial.p99) / 1000)
        object.add("failed", number: trial.failed)
        object.add("kept", flag: trial.isGood)
        return object.closed
    }

    static func string(_ text: String) -> String { "\"\(LogText.json(text))\"" }
}

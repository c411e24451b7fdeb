// SPDX-License-Identifier: Apache-2.0
// One target of a report for machines: fortio's keys, and ours beside them.

import AttacheCore

struct TargetJSON {
    private let target: TargetReport
    private let report: BenchReport
    private var total: LoadSample { target.total }
    private var mode: BenchReport.Mode { report.plan.mode }

    init(_ target: TargetReport, in report: BenchReport) {
        self.target = target
        self.report = report
    }

    /// What was not measured has no key.
    var json: String {
        var object = JSONObject(bytesExpected: 1 << 15)
        object.add("name", target.name)
        object.add("url", target.url)
        object.add("done", number: total.done)
        object.add("failed", number: total.failed)
        object.add("unsent", number: total.unsent)
        object.add("units_per_second", json: total.perSecond(mode.work(of: total)))
        object.add("percentiles_us", raw: Self.percentiles(total.latency))
        if report.plan.isOpen {
            object.add("uncorrected_percentiles_us", raw: Self.percentiles(total.service))
            object.add("UncorrectedHistogram", raw: FortioHistogram(total.service).json)
        }
        object.add("stages_us", raw: stages)
        object.add("errors", raw: errors)
        object.add("tls", total.tls)
        object.add("resumed", number: total.resumed)
        object.add("pid", raw: target.process.map(String.init))
        object.add("cpu_ns_per_unit", json: target.cpu(perUnitOf: mode))
        object.add("memory", list: target.memory.map(Self.memory))
        object.add("memory_bytes_per_connection", json: target.memoryPerConnection)
        object.add("slices", list: target.slices.map(slice))
        object.addFortioKeys(of: target, in: report)
        return object.closed
    }

    /// By percentile: {"50":210.3,"99.9":1250.0}; nothing recorded: {}.
    private static func percentiles(_ times: LatencyHistogram) -> String {
        var object = JSONObject(bytesExpected: 160)
        for percentile in Percentiles.all where !times.isEmpty {
            object.add(Figures.plain(percentile), json: Double(times.value(at: percentile)) / 1000)
        }
        return object.closed
    }

    private var stages: String {
        var object = JSONObject(bytesExpected: 640)
        for stage in LoadSample.Stage.allCases {
            guard let times = total.stages[stage], !times.isEmpty else { continue }
            object.add(stage.rawValue, raw: Self.percentiles(times))
        }
        return object.closed
    }

    private var errors: String {
        var object = JSONObject(bytesExpected: 128)
        for (kind, trouble) in target.errorsByCount {
            var inner = JSONObject(bytesExpected: 96)
            inner.add("count", number: trouble.count)
            inner.add("example", trouble.example)
            object.add(LogText.json(kind), raw: inner.closed)
        }
        return object.closed
    }

    private static func memory(_ point: MemoryPoint) -> String {
        var object = JSONObject(bytesExpected: 64)
        object.add("connections", number: point.connections)
        object.add("anonymous_bytes", number: point.anonymous)
        return object.closed
    }

    /// Times from the beginning of the measurement.
    private func slice(_ slice: Slice) -> String {
        var object = JSONObject(bytesExpected: 256)
        object.add("round", number: slice.round)
        object.add("start_ns", number: slice.start)
        object.add("elapsed_ns", number: slice.elapsed)
        object.add("done", number: slice.done)
        object.add("failed", number: slice.failed)
        object.add("bytes_up", number: slice.bytesUp)
        object.add("bytes_down", number: slice.bytesDown)
        for figure in Comparison.Figure.allCases {
            guard let value = figure.value(of: slice, in: mode) else { continue }
            object.add(figure.key, json: figure.isTime ? value / 1000 : value)
        }
        object.add("cpu_ns", raw: slice.cpu.map(String.init))
        return object.closed
    }
}

extension Comparison.Figure {
    /// Of a slice in JSON.
    var key: String {
        switch self {
        case .cpu: "cpu_ns_per_unit"
        case .rate: "units_per_second"
        case .p50: "p50_us"
        case .p99: "p99_us"
        }
    }

    /// Written in microseconds.
    var isTime: Bool { self == .p50 || self == .p99 }
}

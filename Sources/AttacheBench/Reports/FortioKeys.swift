// SPDX-License-Identifier: Apache-2.0
// What fortio would have written about one target: `fortio report` draws it.

import AttacheCore

extension JSONObject {
    /// fortio's keys (its `periodic.RunnerResults` and `tcprunner.RunnerResults`), with its units:
    /// seconds in histograms, nanoseconds in ActualDuration.
    mutating func addFortioKeys(of target: TargetReport, in report: BenchReport) {
        let (plan, total) = (report.plan, target.total)
        add("RunType", "TCP")
        add("Labels", "\(target.name) \(plan.summary)")
        add("StartTime", TimeText.rfc3339(report.started))
        add("RequestedQPS", plan.rates.last.map(Figures.plain) ?? "max")
        add(
            "RequestedDuration",
            plan.duration.map { Figures.time($0) } ?? "exactly \(plan.count ?? 0) calls")
        add("ActualQPS", json: total.rate)
        add("ActualDuration", number: total.elapsed)
        add("NumThreads", number: plan.threads)
        add("Version", report.environment.program)
        add("DurationHistogram", raw: FortioHistogram(total.latency).json)
        add("Exactly", number: plan.count ?? 0)
        add("RunID", number: 0)
        add("ID", TimeText.rfc3339(seconds: report.started / 1_000_000_000) + " " + target.name)
        add("Destination", target.url)
        var codes = JSONObject(bytesExpected: 64)
        codes.add("OK", number: total.done)
        for (kind, trouble) in target.errorsByCount {
            codes.add(LogText.json(kind), number: trouble.count)
        }
        add("RetCodes", raw: codes.closed)
        add("SocketCount", number: total.connections)
        add("BytesSent", number: total.bytesUp)
        add("BytesReceived", number: total.bytesDown)
    }

    /// Shortest digits that read back the same; null for what is no number.
    mutating func add(_ key: String, json value: Double) {
        add(key, raw: value.isFinite ? "\(value)" : "null")
    }

    mutating func add(_ key: String, json value: Double?) {
        if let value { add(key, json: value) }
    }
}

/// In seconds.
struct FortioHistogram {
    private let times: LatencyHistogram

    init(_ times: LatencyHistogram) { self.times = times }

    var json: String {
        var object = JSONObject(bytesExpected: 4096)
        object.add("Count", number: times.count)
        object.add("Min", json: Double(times.min) / 1e9)
        object.add("Max", json: Double(times.max) / 1e9)
        object.add("Sum", json: times.mean * Double(times.count) / 1e9)
        object.add("Avg", json: times.mean / 1e9)
        object.add("StdDev", json: times.standardDeviation / 1e9)
        object.add("Data", list: data)
        object.add("Percentiles", list: times.isEmpty ? [] : Percentiles.all.map(percentile))
        return object.closed
    }

    private func percentile(_ percentile: Double) -> String {
        var object = JSONObject(bytesExpected: 64)
        object.add("Percentile", json: percentile)
        object.add("Value", json: Double(times.value(at: percentile)) / 1e9)
        return object.closed
    }

    /// Neighbours of the histogram's own ranges together, up to 2 % wide: a few hundred at most,
    /// where fortio's own have some ten, and none of a plot's detail is lost.
    private var data: [String] {
        var rows: [String] = []
        var seen: UInt64 = 0
        var open: (from: UInt64, through: UInt64, count: UInt64)?
        func close(_ range: (from: UInt64, through: UInt64, count: UInt64)) {
            seen += range.count
            var row = JSONObject(bytesExpected: 96)
            // The outermost are the values themselves, as fortio has them.
            row.add("Start", json: Double(max(range.from, times.min)) / 1e9)
            row.add("End", json: Double(min(range.through, times.max)) / 1e9)
            row.add("Percent", json: 100 * Double(seen) / Double(times.count))
            row.add("Count", number: range.count)
            rows.append(row.closed)
        }
        for range in times.ranges {
            if let before = open, Double(range.through) <= Double(before.from) * 1.02 {
                open = (before.from, range.through, before.count + range.count)
            } else {
                if let before = open { close(before) }
                open = range
            }
        }
        if let last = open { close(last) }
        return rows
    }
}

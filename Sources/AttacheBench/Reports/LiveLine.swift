// SPDX-License-Identifier: Apache-2.0
// The line that a terminal shows while a run is under way.

import AttacheCore

public enum LiveLine {
    /// What fits on every terminal without wrapping; a cursor may stand behind it.
    static let columnsMax = 79

    /// " 12s     20,013/s  p50   210us  p99  1.25ms  errors 0": rate and percentiles of the last
    /// interval, errors of the whole run; at most 79 columns.
    /// - Parameter name: of the target whose turn it is, if there are several.
    public static func text(
        _ mode: BenchReport.Mode, elapsed: Duration, interval: LoadSample, total: LoadSample,
        name: String? = nil
    ) -> String {
        let seconds = UInt64(clamping: elapsed / .seconds(1))
        var parts = ["\(seconds)s".right(5)]
        let rate = interval.perSecond(mode.work(of: interval))
        parts.append(mode.rateText(rate).right(11))
        if mode != .stream {
            for percentile in [50.0, 99] {
                let value =
                    interval.latency.isEmpty
                    ? "-" : Figures.time(interval.latency.value(at: percentile))
                parts.append("p\(Int(percentile)) \(value.right(7))")
            }
        }
        if mode == .idle { parts.append("open \(Figures.grouped(total.connections))") }
        parts.append("errors \(Figures.grouped(total.failed))")
        if total.unsent > 0 { parts.append("unsent \(Figures.grouped(total.unsent))") }
        let line = parts.joined(separator: "  ")
        let room = columnsMax - line.count - 2
        guard let name, room > 4 else { return String(line.prefix(columnsMax)) }
        let harmless = String(LogText.lines(name).map { $0 == "\n" ? " " : $0 })
        return line + "  " + harmless.prefix(room)
    }
}

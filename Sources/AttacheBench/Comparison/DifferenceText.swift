// SPDX-License-Identifier: Apache-2.0
// The difference of two runs as `attache bench compare` prints it.

import AttacheCore

extension RunDifference {
    /// Lines for people, with a line end behind each.
    public var text: String {
        var table = TextTable(["", "", "before", "after", "change", "noise", ""])
        var last: String?
        for row in rows {
            table.rows.append([
                row.target == last ? "" : row.target, title(row.figure),
                spelled(row.before, row.figure), spelled(row.after, row.figure), row.change,
                row.share(row.noise) ?? spelled(row.noise, row.figure), row.verdict.rawValue,
            ])
            last = row.target
        }
        var lines = table.lines
        lines[0] = lines[0] + "  (medians of the slices)"
        lines += remarks.map { "note: \($0)" } + [conclusion]
        return lines.map { LogText.lines($0) + "\n" }.joined()
    }

    private var conclusion: String {
        let changed = rows.filter { $0.verdict != .same }
        guard !changed.isEmpty else { return "Nothing changed beyond the noise of the runs." }
        let said = [Verdict.worse, .better].compactMap { verdict -> String? in
            let names = changed.filter { $0.verdict == verdict }.map {
                "\(title($0.figure)) of \($0.target)"
            }
            return names.isEmpty ? nil : "\(verdict.rawValue): \(names.listed)"
        }
        return "Beyond the noise of the runs, " + said.joined(separator: "; ") + "."
    }

    private func title(_ figure: Figure) -> String {
        switch figure {
        case .cpu: "CPU/\(unit)"
        case .memory: "memory each"
        case .rate, .p50, .p99, .errors: figure.rawValue
        }
    }

    private func spelled(_ value: Double, _ figure: Figure) -> String {
        switch figure {
        case .cpu, .p50, .p99: Figures.time(value)
        case .rate: isOfBytes ? Figures.throughput(value * 1e9) : Figures.rate(value)
        case .errors: Figures.percent(value)
        case .memory: Figures.size(value)
        }
    }
}

extension RunDifference.Row {
    /// "+4.2%" of before; "" where there was nothing before.
    var change: String {
        guard before != 0 else { return "" }
        let change = (after - before) / abs(before) * 100
        return (change < 0 ? "" : "+") + Figures.fixed(change, decimals: 1) + "%"
    }

    /// "±1.0%" of before; nil where that is 0.
    func share(_ value: Double) -> String? {
        before == 0 ? nil : "±" + Figures.fixed(value / abs(before) * 100, decimals: 1) + "%"
    }
}

/// What makes two runs less alike than they should be.
struct Remarks {
    let texts: [String]

    init(_ before: RecordedRun, _ after: RecordedRun) {
        let (old, new) = (before.contents, after.contents)
        var texts: [String] = []
        func compare(_ what: String, _ one: String, _ other: String) {
            if one != other { texts.append("another \(what): \(one) before, \(other) after") }
        }
        compare("number of connections", "\(old.plan.connections)", "\(new.plan.connections)")
        compare("number of threads", "\(old.plan.threads)", "\(new.plan.threads)")
        compare(
            "rate", old.plan.rates.map(Figures.rate).listed,
            new.plan.rates.map(Figures.rate).listed)
        compare("processor", old.environment.cpu, new.environment.cpu)
        compare(
            "number of processors", "\(old.environment.processors)",
            "\(new.environment.processors)")
        compare("kernel", old.environment.kernel, new.environment.kernel)
        compare("TLS library", old.environment.tlsLibrary, new.environment.tlsLibrary)
        let names = (old.targets.map(\.name), new.targets.map(\.name))
        for (file, own, others) in [
            (before.file, names.0, names.1), (after.file, names.1, names.0),
        ] {
            let alone = own.filter { !others.contains($0) }
            if !alone.isEmpty { texts.append("only \(file) has \(alone.listed)") }
        }
        for run in [before, after] where run.contents.interrupted {
            texts.append("\(run.file) was interrupted")
        }
        self.texts = texts
    }
}

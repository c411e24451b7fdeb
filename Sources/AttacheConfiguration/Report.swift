// SPDX-License-Identifier: Apache-2.0
// All findings as one text, with how many problems there are at its end.

extension Configuration {
    /// `attache.yaml:14:18: …`, one after the other, and the count; empty where there are none.
    public var report: String { report(of: findings) }

    /// Without what the core says by itself when it starts with these settings.
    public var reportAtStart: String { report(of: findings.filter { !$0.isToldAtStart }) }

    /// The same of a file without problems, one by one, for a log that says itself that it warns.
    public var warningsAtStart: [String] {
        findings.filter { !$0.isToldAtStart }.map { $0.text(file: file, sayingWarning: false) }
    }

    private func report(of findings: [Finding]) -> String {
        var lines = findings.map { $0.text(file: file) }
        if problems > 0 {
            let shown = findings.count { $0.severity == .problem }
            lines.append(
                "\(file): \(problems) problem\(problems == 1 ? "" : "s")"
                    + (shown < problems ? ", the first \(shown) of them above" : ""))
        }
        return lines.joined(separator: "\n")
    }
}

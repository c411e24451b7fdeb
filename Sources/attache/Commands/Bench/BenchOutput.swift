// SPDX-License-Identifier: Apache-2.0
// A measurement as the terminal shows it, and what is left of it: text, files, an exit code.

import ArgumentParser
import AttacheBench
import AttacheConfiguration
import AttacheCore

/// While it runs, one line that is written over; none where nobody looks.
final class BenchWatch {
    private let mode: BenchReport.Mode
    private let hasNames: Bool
    private let isShown: Bool
    private var total = LoadSample()
    private var shownAt: UInt64 = 0
    /// Of turns that are shorter than the eye.
    private static let pause: UInt64 = 200_000_000

    init(_ job: BenchJob, isQuiet: Bool) {
        mode = job.plan.mode
        hasNames = job.targets.count > 1
        isShown = !isQuiet && StandardError.isTerminal
    }

    func show(_ progress: Measurement.Progress) {
        guard isShown else { return }
        total.add(progress.latest)
        guard shownAt == 0 || progress.elapsed >= shownAt + Self.pause else { return }
        shownAt = progress.elapsed
        let line = LiveLine.text(
            mode, elapsed: .nanoseconds(Int64(clamping: progress.elapsed)),
            interval: progress.latest, total: total, name: hasNames ? progress.target : nil)
        StandardError.overwrite(line)
    }

    func end() {
        if isShown { StandardError.overwrite("") }
    }
}

extension BenchOutputFlags {
    /// `--json -` has stdout for itself.
    private var summaryGoesToStandardError: Bool { json == "-" }

    /// Files are written before anything is said, and all that fails is said.
    func conclude(_ report: BenchReport) throws {
        var troubles: [String] = []
        if let json, json != "-" { write(BenchJSON.text(report), to: json, &troubles) }
        if let hdr {
            for file in HDRText.files(report, named: hdr) {
                write(file.text, to: file.name, &troubles)
            }
        }
        if let html { write(HTMLReport.page(report), to: html, &troubles) }
        let summary = Summary.text(report)
        if summaryGoesToStandardError {
            StandardError.write(String(summary.dropLast()))
            print(BenchJSON.text(report), terminator: "")
        } else {
            print(summary, terminator: "")
        }
        guard troubles.isEmpty else {
            throw StartFailure(
                message: troubles.joined(separator: "; "),
                exitCode: AttacheCore.ExitCode.failure)
        }
        try judge(report)
    }

    private func write(_ text: String, to path: String, _ troubles: inout [String]) {
        if let why = NewFile.write(text, to: path) {
            troubles.append("cannot write \(path): \(why)")
        }
    }

    private func judge(_ report: BenchReport) throws {
        let failures = report.targets.flatMap { target in
            failIf.compactMap { condition in
                condition.failure(of: target.total).map {
                    report.targets.count > 1 ? "\(target.name): \($0)" : $0
                }
            }
        }
        if !failures.isEmpty {
            throw StartFailure(
                message: "failed, as --fail-if says: " + failures.joined(separator: "; "),
                exitCode: BenchExit.failedCondition)
        }
        if report.isInterrupted { throw ArgumentParser.ExitCode(BenchExit.interrupted) }
        let mode = report.plan.mode
        if let silent = report.targets.first(where: { mode.work(of: $0.total) == 0 }) {
            throw StartFailure(
                message: "nothing was measured of \(silent.name)",
                exitCode: AttacheCore.ExitCode.failure)
        }
    }
}

/// Exit codes of bench beside those of every command.
enum BenchExit {
    /// k6's habit.
    static let failedCondition: Int32 = 99
    /// 128 + SIGINT, as shells have it.
    static let interrupted: Int32 = 130
}

// SPDX-License-Identifier: Apache-2.0
// Files for HdrHistogram's plotters: `attache bench --hdr`.

import AttacheCore

public enum HDRText {
    /// One file's name beside the asked one, and its text in milliseconds.
    public struct File: Sendable, Equatable {
        public var name: String
        public var text: String
    }

    /// The corrected latency of each target: under `name` itself for a single one, otherwise with
    /// the target's name before the extension ("run.hgrm" → "run-direct.hgrm").
    public static func files(_ report: BenchReport, named name: String) -> [File] {
        guard report.targets.count > 1 else {
            return report.targets.map { File(name: name, text: $0.total.latency.hdrText) }
        }
        let folder = name.lastIndex(of: "/").map { name[...$0] } ?? ""
        let last = name.dropFirst(folder.count)
        let stem = last.lastIndex(of: ".").map { last[..<$0] } ?? last
        return report.targets.map { target in
            // What a name may not do: leave the folder.
            let safe = String(target.name.map { $0 == "/" ? "_" : $0 })
            return File(
                name: "\(folder)\(stem)-\(safe)\(last.dropFirst(stem.count))",
                text: target.total.latency.hdrText)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Whether the files and lists of one TLS block can be used, without serving anybody.

/// For checks of a configuration: blocks while files are read.
public enum TLSMaterial {
    public struct Findings: Sendable {
        /// What keeps it from being used; empty: nothing does. Each names its setting.
        public var problems: [ConfigurationProblem] = []
        /// What is odd: a certificate that has expired, a key that everybody may read.
        public var warnings: [String] = []

        /// `setting`: the key at fault, unless the problem names a nearer one; `place` goes before
        /// it.
        mutating func note(
            _ problem: ConfigurationProblem, at setting: String, within place: String = ""
        ) {
            var problem = problem
            problem.setting = place + (problem.setting ?? setting)
            problems.append(problem)
        }
    }

    /// Everything that is wrong, not only the first. With one identity the settings are called
    /// `certificate`, `key` …; with several `certificates[0].certificate` …
    public static func findings(_ settings: ServerTLSSettings) -> Findings {
        TLSParts(settings).findings
    }

    public static func findings(_ settings: ClientTLSSettings) -> Findings {
        TLSParts(settings).findings
    }
}

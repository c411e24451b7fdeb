// SPDX-License-Identifier: Apache-2.0
// Whether the files and lists of one TLS block can be used, without serving anybody.

/// For checks of a configuration: blocks while files are read.
public enum TLSMaterial {
    public struct Findings: Sendable {
        /// What keeps it from being used; empty: nothing does.
        public var problems: [ConfigurationProblem] = []
        /// What is odd: a certificate that has expired, a key that everybody may read.
        public var warnings: [String] = []
    }

    public static func findings(_ settings: ServerTLSSettings, listener: String) -> Findings {
        findings { () throws(ConfigurationProblem) in
            try TLSContext(server: settings, listener: listener)
        }
    }

    public static func findings(_ settings: ClientTLSSettings) -> Findings {
        findings { () throws(ConfigurationProblem) in try TLSContext(client: settings) }
    }

    private static func findings(
        _ load: () throws(ConfigurationProblem) -> TLSContext
    ) -> Findings {
        do throws(ConfigurationProblem) {
            return Findings(warnings: try load().warnings)
        } catch {
            return Findings(problems: [error])
        }
    }
}

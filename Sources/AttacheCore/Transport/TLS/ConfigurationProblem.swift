// SPDX-License-Identifier: Apache-2.0
// Why what the operator named cannot be used, in words for the operator.

/// One text in three parts: what happened, why, what to do. It names the file.
public struct ConfigurationProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String
    /// The setting that is at fault within its TLS block, by its key: `ca`, `key`, `allow`,
    /// `certificates[1].key`. nil: the block as a whole.
    public var setting: String?

    public init(_ message: String) {
        self.message = message
    }

    /// `remedy` stands on a line of its own, indented.
    init(_ what: String, remedy: String, setting: String? = nil) {
        self.setting = setting
        message = what + "\n  " + remedy
    }

    /// Several as one; nil without any.
    init?(all problems: [ConfigurationProblem]) {
        guard let first = problems.first else { return nil }
        message = problems.map(\.message).joined(separator: "\n")
        setting = first.setting
    }

    public var description: String { message }
}

extension StartFailure {
    init(_ problem: ConfigurationProblem) {
        self.init(message: problem.message, exitCode: ExitCode.configuration)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Why nothing was started, and the exit codes.

/// The codes of sysexits.h that supervisors know.
public enum ExitCode {
    public static let ok: Int32 = 0
    public static let failure: Int32 = 1
    public static let usage: Int32 = 64
    public static let permission: Int32 = 77
    public static let configuration: Int32 = 78
}

/// For people, with the exit code that fits.
public struct StartFailure: Error {
    public let message: String
    public let exitCode: Int32

    public init(message: String, exitCode: Int32) {
        self.message = message
        self.exitCode = exitCode
    }
}

// SPDX-License-Identifier: Apache-2.0
// How much the heavy tests move: all of it against a release binary, less against debug and
// sanitizer builds.

import Foundation

public enum Scale {
    /// ATTACHE_TEST_SCALE: 1 is what the issue asks for; 0.0625 is a sixteenth of the bytes.
    public static let factor: Double = {
        if let text = ProcessInfo.processInfo.environment["ATTACHE_TEST_SCALE"] {
            guard let factor = Double(text), factor > 0, factor <= 1 else {
                preconditionFailure("ATTACHE_TEST_SCALE is \(text): wanted is 0 < scale <= 1")
            }
            return factor
        }
        return Daemon.binary.contains("/debug/") ? 0.0625 : 1
    }()

    /// A sanitizer watches the daemon: what memory it takes says nothing.
    public static let isSanitized = ["ASAN_OPTIONS", "TSAN_OPTIONS"].contains {
        ProcessInfo.processInfo.environment[$0] != nil
    }

    /// So much of a number, and at least one.
    public static func of(_ full: Int) -> Int { max(1, Int(Double(full) * factor)) }
}

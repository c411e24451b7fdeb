// SPDX-License-Identifier: Apache-2.0
// What another process has used, as the kernel counts it.

import CLinux
import Glibc

/// A process by its number. Asking costs one system call (CPU) or the reading of a small file.
public struct ProcessMeter: Sendable {
    public let process: Int32

    public init(_ process: Int32) { self.process = process }

    /// Nanoseconds of CPU, user and system, of all its threads since it began; nil: there is no
    /// such process.
    public var cpu: UInt64? {
        var nanoseconds: UInt64 = 0
        return clinux_process_cpu(process, &nanoseconds) == 0 ? nanoseconds : nil
    }

    /// Bytes of anonymous memory that are resident (RssAnon); nil: there is no such process.
    public var anonymous: UInt64? {
        guard let file = fopen("/proc/\(process)/status", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(
                decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix("RssAnon:") else { continue }
            return text.split { !$0.isNumber }.first.flatMap { UInt64($0) }.map { $0 * 1024 }
        }
        return nil
    }
}

// SPDX-License-Identifier: Apache-2.0
// Which events of which subsystem are written: asked by every event, changed by a reload.

import Synchronization

/// One byte a subsystem in one word, so that all of them change at once and asking takes no lock.
final class LogLevels: Sendable {
    private let packed: Atomic<UInt64>

    init(_ settings: LogSettings) { packed = Atomic(Self.pack(settings)) }

    func apply(_ settings: LogSettings) { packed.store(Self.pack(settings), ordering: .relaxed) }

    func level(of subsystem: Int) -> LogLevel {
        let byte = packed.load(ordering: .relaxed) >> UInt64(8 * subsystem) & 0xff
        return LogLevel.allCases[Int(byte)]
    }

    private static func pack(_ settings: LogSettings) -> UInt64 {
        precondition(Subsystem.allCases.count <= 8, "a word has eight bytes")
        var word: UInt64 = 0
        for (place, subsystem) in Subsystem.allCases.enumerated() {
            let level = settings.levels[subsystem] ?? settings.level
            word |= UInt64(LogLevel.allCases.firstIndex(of: level) ?? 0) << UInt64(8 * place)
        }
        return word
    }
}

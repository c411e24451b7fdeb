// SPDX-License-Identifier: Apache-2.0
// Numbers of bytes as people write them: 128, 64KiB, 4MiB.

import AttacheCore

package enum Sizes {
    private static let units: [(name: String, bytes: UInt64)] = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1), ("", 1),
    ]
    /// A pebibyte; sums of such sizes do not overflow.
    private static let largest: UInt64 = 1 << 50

    package static func parse(_ text: String) throws(Problem) -> UInt64 {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let name = text.dropFirst(digits.count)
        guard let count = UInt64(digits), let unit = units.first(where: { $0.name == name }) else {
            throw Problem("it is no number of bytes; write such as 128, 64KiB or 4MiB")
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.bytes)
        guard !overflow, bytes <= largest else { throw Problem("it is more than \(largest) bytes") }
        return bytes
    }

    /// The way back: the largest unit that leaves nothing over.
    package static func text(_ bytes: UInt64) -> String {
        guard bytes > 0, let unit = units.first(where: { bytes % $0.bytes == 0 }) else {
            return "0 B"
        }
        return "\(bytes / unit.bytes) \(unit.name)"
    }

    /// The same as it is written in files and on command lines: `256KiB`, `65535`.
    package static func short(_ bytes: Int) -> String {
        guard bytes > 0 else { return "0" }
        let unit = units.first { UInt64(bytes) % $0.bytes == 0 && $0.bytes > 1 }
        return unit.map { "\(UInt64(bytes) / $0.bytes)\($0.name)" } ?? "\(bytes)"
    }
}

/// From one number of bytes to another.
package struct SizeRange: Sendable {
    package let least: Int
    package let most: Int
    /// What people write who mean `least`, where they mean a rounder number.
    let leastText: String

    package init(_ least: Int, _ most: Int, leastText: String? = nil) {
        self.least = least
        self.most = most
        self.leastText = leastText ?? Sizes.short(least)
    }

    package var text: String { "\(leastText) to \(Sizes.short(most))" }
    var example: String { "\(leastText) or \(Sizes.short(most))" }

    package func parse(_ text: String) throws(Problem) -> Int {
        let bytes: UInt64
        do throws(Problem) {
            bytes = try Sizes.parse(text)
        } catch {
            throw Problem("it is no size; write such as \(example)")
        }
        let remedy = "write a size from \(self.text)"
        if bytes < least { throw Problem("it is less than \(leastText); \(remedy)") }
        if bytes > most { throw Problem("it is more than \(Sizes.short(most)); \(remedy)") }
        return Int(bytes)
    }
}

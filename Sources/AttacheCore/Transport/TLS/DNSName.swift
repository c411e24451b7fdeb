// SPDX-License-Identifier: Apache-2.0
// DNS names as certificates have them: ASCII, and without letter case.

/// What DNS names in certificates may hold.
enum DNSName {
    /// Letters, digits, hyphens and underscores (service names have them) of one label.
    static func allowsByte(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    /// ASCII only: Unicode's rules know letters that become ASCII ones (the Kelvin sign).
    static func lowercased(_ name: String) -> String {
        String(
            decoding: name.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }
}

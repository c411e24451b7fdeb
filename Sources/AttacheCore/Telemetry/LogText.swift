// SPDX-License-Identifier: Apache-2.0
// Text that is safe on one log line, whatever a peer put into a name or a certificate.

package enum LogText {
    /// For JSON, without the quotation marks.
    package static func json(_ text: String) -> String {
        escaped(text) { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: isHarmless(scalar) ? nil : "\\u" + hex(scalar.value, digits: 4)
            }
        }
    }

    /// For people: control characters, which could move a terminal's cursor or forge a line, are
    /// spelled; a line end stays one, and what follows is indented, so that it begins no entry.
    package static func lines(_ text: String) -> String {
        escaped(text) { scalar in
            if scalar == "\n" { return "\n  " }
            return isHarmless(scalar) ? nil : spelled(scalar)
        }
    }

    /// For `key=value`: what would end the value early makes it a quoted one.
    static func value(_ text: String) -> String {
        let inner = escaped(text) { scalar in
            if scalar == "\"" || scalar == "\\" { return "\\\(scalar)" }
            return isHarmless(scalar) ? nil : spelled(scalar)
        }
        let isPlain = inner == text && !text.isEmpty && !text.utf8.contains(UInt8(ascii: " "))
        return isPlain ? text : "\"\(inner)\""
    }

    /// `escape` answers nil for what stays as it is.
    private static func escaped(
        _ text: String, _ escape: (Unicode.Scalar) -> String?
    ) -> String {
        if text.utf8.allSatisfy(isOrdinary) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if let replacement = escape(scalar) {
                result += replacement
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// ASCII that nobody escapes: nearly every text has nothing else, and bytes are quickly seen.
    private static func isOrdinary(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Neither a C0 or C1 control, nor one that turns or breaks a line unseen (UTR 36 §2.10).
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0: false
        case 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: false
        default: true
        }
    }

    private static func spelled(_ scalar: Unicode.Scalar) -> String {
        scalar.value < 0x100
            ? "\\x" + hex(scalar.value, digits: 2) : "\\u{" + hex(scalar.value, digits: 4) + "}"
    }

    private static func hex(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

// SPDX-License-Identifier: Apache-2.0
// Base64 as pins are written in it.

import COpenSSL

/// RFC 4648 §4, with padding; one text for the same bytes and no other.
enum Base64 {
    static func text(of bytes: [UInt8]) -> String {
        // Four letters for three bytes, and a NUL.
        var room = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&room, bytes, Int32(bytes.count))
        return String(decoding: room.prefix(Int(count)), as: UTF8.self)
    }

    /// nil: it is not base64.
    static func bytes(_ text: Substring) -> [UInt8]? {
        let letters = Array(text.utf8)
        var room = [UInt8](repeating: 0, count: letters.count / 4 * 3 + 3)
        let count = EVP_DecodeBlock(&room, letters, Int32(letters.count))
        ERR_clear_error()
        guard count >= 0 else { return nil }
        // It takes padding for zeros, and spaces around the text for nothing.
        let padding = letters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let bytes = Array(room.prefix(max(Int(count) - padding, 0)))
        return self.text(of: bytes) == text ? bytes : nil
    }
}

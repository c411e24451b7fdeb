// SPDX-License-Identifier: Apache-2.0
// A public key known beforehand, by its digest.

/// SHA-256 of a certificate's SubjectPublicKeyInfo (RFC 7469 §2.4), as `sha256/` and base64, or as
/// 64 hexadecimal digits. It outlives the renewal of a certificate with the same key.
public struct KeyPin: Sendable, Hashable {
    /// 32 bytes.
    let digest: [UInt8]

    init(digest: [UInt8]) {
        precondition(digest.count == 32, "SHA-256 has 32 bytes")
        self.digest = digest
    }

    public struct Malformed: Error, Hashable {
        public let message: String
    }

    public init(parsing text: String) throws(Malformed) {
        let digest =
            text.hasPrefix("sha256/")
            ? Base64.bytes(text.dropFirst(7)) : Self.hexadecimal(text)
        guard let digest, digest.count == 32 else {
            throw Malformed(
                message: "\"\(text)\" is no pin; write sha256/ and the base64 of the key's digest, "
                    + "from: openssl x509 -in FILE -noout -pubkey | openssl pkey -pubin "
                    + "-outform der | openssl dgst -sha256 -binary | base64")
        }
        self.digest = digest
    }

    private static func hexadecimal(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for at in stride(from: 0, to: 64, by: 2) {
            guard let high = digits[at], let low = digits[at + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}

extension KeyPin: CustomStringConvertible {
    public var description: String { "sha256/" + Base64.text(of: digest) }
}

/// RFC 4648 §4, with padding.
enum Base64 {
    private static let letters = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func text(of bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        for at in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[at..<min(at + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                let isPadding = place > group.count
                out.append(
                    isPadding ? UInt8(ascii: "=") : letters[bits >> (18 - 6 * place) & 0x3f])
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// nil: it is not base64.
    static func bytes(_ text: Substring) -> [UInt8]? {
        let body = text.utf8.prefix { $0 != UInt8(ascii: "=") }
        let padding = text.utf8.count - body.count
        guard text.utf8.count % 4 == 0, padding <= 2,
            text.utf8.suffix(padding).allSatisfy({ $0 == UInt8(ascii: "=") })
        else { return nil }
        var out: [UInt8] = []
        var bits = 0
        var count = 0
        for byte in body {
            guard let value = letters.firstIndex(of: byte) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> count))
                bits &= (1 << count) - 1
            }
        }
        return bits == 0 ? out : nil
    }
}

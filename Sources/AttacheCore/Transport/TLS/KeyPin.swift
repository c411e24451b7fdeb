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

    public typealias Malformed = MalformedText

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

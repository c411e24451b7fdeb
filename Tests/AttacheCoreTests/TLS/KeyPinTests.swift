// SPDX-License-Identifier: Apache-2.0
// Promises of KeyPin and Base64: the forms in which pins are written, and nothing else.

import Testing

@testable import AttacheCore

struct KeyPinTests {
    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func base64IsThatOfTheStandard(plain: String, encoded: String) {
        #expect(Base64.text(of: Array(plain.utf8)) == encoded)
        #expect(Base64.bytes(Substring(encoded)) == Array(plain.utf8))
    }

    @Test(arguments: ["Zg=", "Zg", "Zg===", "Z===", "Zh==", "Zm9v!mFy", "Zm 9", "Zm9vZg==Zg=="])
    func whatIsNoBase64IsNone(text: String) {
        #expect(Base64.bytes(Substring(text)) == nil)
    }

    @Test func bothFormsMeanTheSameKey() throws {
        let bytes = (0..<32).map { UInt8($0 * 8) }
        let hexadecimal = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let pin = try KeyPin(parsing: "sha256/" + Base64.text(of: bytes))
        #expect(pin.digest == bytes)
        #expect(try KeyPin(parsing: hexadecimal) == pin)
        #expect(try KeyPin(parsing: hexadecimal.uppercased()) == pin)
        #expect(try KeyPin(parsing: pin.description) == pin)
    }

    @Test(arguments: [
        "", "sha256/", "sha256/Zg==", "sha1/Zm9v", String(repeating: "a", count: 63),
        String(repeating: "g", count: 64), String(repeating: "a", count: 66),
    ])
    func anythingElseIsRefusedWithTheCommandThatMakesOne(text: String) {
        #expect {
            try KeyPin(parsing: text)
        } throws: { error in
            let message = (error as? KeyPin.Malformed)?.message ?? ""
            return message.hasPrefix("\"\(text)\" is no pin; write sha256/")
                && message.contains("openssl dgst -sha256 -binary | base64")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Promises of Bind: an address, or the name of an inherited socket.

import Testing

@testable import AttacheCore

struct BindTests {
    @Test(arguments: ["127.0.0.1:80", "[::1]:80", "unix:/run/a.sock", "systemd:postgres-in"])
    func itIsPrintedAsItIsWritten(text: String) throws {
        #expect(try Bind(parsing: text).description == text)
    }

    @Test func onlyAnAddressHasOne() throws {
        #expect(try Bind(parsing: "db:1").address == .name("db", port: 1))
        #expect(try Bind(parsing: "systemd:db").address == nil)
    }

    @Test(arguments: ["systemd:", "systemd:a:b", "systemd:a b", "systemd:\u{7f}"])
    func aNameThatNoSocketUnitCanHaveIsRefused(text: String) {
        #expect(throws: Address.Malformed.self) { try Bind(parsing: text) }
    }

    @Test func aNameMayBe255BytesLong() throws {
        let longest = "systemd:" + String(repeating: "n", count: 255)
        #expect(try Bind(parsing: longest) == .systemd(String(longest.dropFirst(8))))
        #expect(throws: Address.Malformed.self) { try Bind(parsing: longest + "n") }
    }
}

// SPDX-License-Identifier: Apache-2.0
// How targets are named, and what is wrong with other names.

import AttacheBench
import AttacheCore
import Testing

struct TargetURLTests {
    @Test(
        arguments: [
            ("tcp://127.0.0.1:7000", .ip("127.0.0.1", port: 7000, v6: false), false),
            ("tls://[::1]:7000", .ip("::1", port: 7000, v6: true), true),
            ("tls://db.internal:5432", .name("db.internal", port: 5432), true),
            ("unix:/run/a.sock", .unix("/run/a.sock"), false),
            ("unix:///run/a.sock", .unix("/run/a.sock"), false),
        ] as [(String, Address, Bool)])
    func theseAreTargets(text: String, address: Address, isTLS: Bool) throws {
        let url = try TargetURL(parsing: text)
        #expect(url.address == address && url.isTLS == isTLS && url.text == text)
    }

    @Test(arguments: [
        ("127.0.0.1:7000", "says not how to speak to it"), ("", "says not how"),
        ("http://a:1", "\"http\""), ("tcp://a", "has no port"), ("tcp://a:0", "port 0"),
        ("tcp://a:1/path", "not a port"), ("unix:", "names no path"),
    ])
    func theseAreNot(text: String, part: String) {
        #expect {
            _ = try TargetURL(parsing: text)
        } throws: { error in
            (error as? MalformedText)?.message.contains(part) == true
        }
    }

    @Test func aNameStandsBeforeTheFirstSign() throws {
        let named = try Named(parsing: "a=b=c") { text throws(MalformedText) in text }
        #expect(named.name == "a" && named.value == "b=c")
        for text in ["", "a", "=a"] {
            #expect(throws: MalformedText.self) {
                _ = try Named(parsing: text) { text throws(MalformedText) in text }
            }
        }
    }
}

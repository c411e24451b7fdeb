// SPDX-License-Identifier: Apache-2.0
// Promises of CIDR and SourcePolicy: who may connect by the address, as a table.

import Testing

@testable import AttacheCore

struct SourcePolicyTests {
    private func policy(allow: [String] = [], deny: [String] = []) throws -> SourcePolicy {
        SourcePolicy(
            allow: try allow.map(CIDR.init(parsing:)), deny: try deny.map(CIDR.init(parsing:)))
    }

    private func peer(_ host: String) throws -> SocketAddress {
        let text = host.contains(":") ? "[\(host)]:1" : "\(host):1"
        return try #require(SocketAddress(Address(parsing: text)))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "9.255.255.255", false), ("192.168.1.7", "192.168.1.7", true),
        ("192.168.1.7", "192.168.1.8", false), ("0.0.0.0/0", "203.0.113.9", true),
        ("0.0.0.0/0", "::1", false), ("::/0", "203.0.113.9", false), ("::/0", "fd00::1", true),
        ("172.16.0.0/12", "172.31.255.255", true), ("172.16.0.0/12", "172.32.0.0", false),
        ("10.1.2.128/25", "10.1.2.127", false), ("10.1.2.128/25", "10.1.2.128", true),
        ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::", false),
        ("::1", "::1", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("10.0.0.0/8", "::ffff:11.1.2.3", false),
        ("::ffff:10.0.0.0/104", "10.1.2.3", true), ("::ffff:10.0.0.0/104", "11.1.2.3", false),
        ("::ffff:10.0.0.0/104", "::ffff:10.1.2.3", true), ("::ffff:10.1.2.3", "10.1.2.3", true),
        ("::ffff:0:0/96", "203.0.113.9", true), ("::ffff:0:0/96", "::1", false),
        ("::/95", "203.0.113.9", false),
    ])
    func aRangeHoldsWhatItsPrefixCovers(range: String, host: String, isIn: Bool) throws {
        #expect(try policy(allow: [range]).admits(peer(host)) == isIn, "\(host) in \(range)")
    }

    @Test func withoutRangesEverybodyIsAdmitted() throws {
        #expect(try policy().isOpen)
        #expect(try policy().admits(peer("203.0.113.9")))
    }

    @Test func denialWinsAndAloneLeavesTheOthersIn() throws {
        let both = try policy(allow: ["10.0.0.0/8"], deny: ["10.9.0.0/16"])
        #expect(try both.admits(peer("10.8.0.1")))
        #expect(try !both.admits(peer("10.9.0.1")))
        #expect(try !both.admits(peer("192.168.0.1")))
        let denying = try policy(deny: ["10.9.0.0/16"])
        #expect(try denying.admits(peer("192.168.0.1")))
        #expect(try !denying.admits(peer("10.9.0.1")))
    }

    @Test func aUnixClientHasNoAddressAndIsNotAskedForOne() throws {
        let unix = try #require(SocketAddress(.unix("/run/a.sock")))
        #expect(try policy(allow: ["10.0.0.0/8"]).admits(unix))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8"), ("10.1.2.3", "10.1.2.3"), ("10.1.2.3/32", "10.1.2.3"),
        ("fd00:0::/8", "fd00::/8"), ("::/0", "::/0"), ("0.0.0.0/0", "0.0.0.0/0"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("::ffff:0:0/96", "0.0.0.0/0"),
    ])
    func itIsPrintedAsItIsWritten(text: String, printed: String) throws {
        #expect(try CIDR(parsing: text).description == printed)
    }

    @Test(arguments: [
        ("10.0.0.0/33", "\"/33\" in \"10.0.0.0/33\" is no prefix length (0 to 32)"),
        ("fd00::/129", "\"/129\" in \"fd00::/129\" is no prefix length (0 to 128)"),
        ("10.0.0.0/", "\"/\" in \"10.0.0.0/\" is no prefix length (0 to 32)"),
        ("10.0.0.0/-1", "\"/-1\" in \"10.0.0.0/-1\" is no prefix length (0 to 32)"),
        ("10.0.0.0/8/8", "\"/8/8\" in \"10.0.0.0/8/8\" is no prefix length (0 to 32)"),
        (
            "10.1.0.0/8",
            "\"10.1.0.0/8\" has bits set beyond its prefix; write 10.0.0.0/8 for the range, or "
                + "10.1.0.0 for the one address"
        ),
        (
            "10.0/8",
            "\"10.0/8\" is no range of addresses; write 10.0.0.0/8, fd00::/8 or one address"
        ),
        ("", "\"\" is no range of addresses; write 10.0.0.0/8, fd00::/8 or one address"),
        (
            "db.internal",
            "\"db.internal\" is no range of addresses; write 10.0.0.0/8, fd00::/8 or one address"
        ),
    ])
    func whatIsNoRangeIsRefusedWithWhatToWrite(text: String, message: String) {
        #expect(throws: CIDR.Malformed(message: message)) { try CIDR(parsing: text) }
    }
}

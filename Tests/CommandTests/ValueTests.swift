// SPDX-License-Identifier: Apache-2.0
// The other values of flags: addresses, permissions, counts, names.

import AttacheConfiguration
import AttacheCore
import Testing

@testable import attache

struct ValueTests {
    @Test(arguments: [
        ("127.0.0.1:6379", Address.ip("127.0.0.1", port: 6379, v6: false)),
        ("[::1]:0", .ip("::1", port: 0, v6: true)),
        ("[0:0::1]:65535", .ip("::1", port: 65535, v6: true)),
        ("db.internal:5432", .name("db.internal", port: 5432)),
        ("unix:/run/a.sock", .unix("/run/a.sock")),
    ])
    func everyKindOfAddressIsUnderstood(text: String, address: Address) throws {
        let typed = try Connect.parse(["--listen", text, "--to", text])
        #expect(typed.listen.listen == .address(address))
        #expect(typed.endpoints.to == [address])
    }

    @Test(arguments: [
        ("6379", "no port"), ("db", "no port"), (":6379", "names no host"),
        ("db:", "not a port"), ("db:65536", "not a port"), ("db:http", "not a port"),
        ("::1:80", "brackets"), ("[::g]:80", "not an IPv6"), ("1.2.3.999:1", "not an IPv4"),
        ("a_b!:1", "not a host name"), ("unix:", "names no path"),
        ("unix:/" + String(repeating: "x", count: 107), "at most 107"),
    ])
    func anAddressThatIsNoneSaysWhy(text: String, part: String) {
        let said = complaint("connect --listen \(text) --to db:1")
        #expect(said.contains(part))
        #expect(said.contains("--listen <address>"))
    }

    @Test(arguments: [("0600", 0o600), ("600", 0o600), ("0777", 0o777), ("000", 0)])
    func permissionsAreOctal(text: String, bits: UInt16) throws {
        #expect(try Mode.parse(text).bits == bits)
        #expect(Mode.text(bits).hasSuffix(text))
    }

    @Test(arguments: ["", "6", "60", "0o600", "888", "00600", "u=rw", "1777", "-600", "+600"])
    func whatIsNoPermissionIsRefused(text: String) {
        #expect(throws: Problem.self) { try Mode.parse(text) }
    }

    @Test func workersAreAutoOrOneToTheMost() throws {
        #expect(try Workers.parse("1").number == 1)
        #expect(try Workers.parse("256").number == 256)
        #expect(try Workers.parse("auto").number == Attache.processors)
        for text in ["0", "257", "-1", "", "many", "1.5"] {
            #expect(throws: Problem.self) { try Workers.parse(text) }
        }
    }

    @Test func sessionsAreAtLeastOne() throws {
        #expect(try Sessions.parse("1") == 1)
        for text in ["0", "-1", "", "lots", "10000001"] {
            #expect(throws: Problem.self) { try Sessions.parse(text) }
        }
    }

    @Test(arguments: [
        ("db.internal", "db.internal"), ("10.2.0.9", "10.2.0.9"), ("::1", "::1"), ("[::1]", "::1"),
    ])
    func aServerNameIsAHostOrAnAddress(text: String, name: String) throws {
        #expect(try Texts.serverName(text) == name)
    }

    @Test(arguments: ["", "a b", "db:1", "unix:/x", "*.internal", "1.2.3"])
    func whatNoCertificateCanNameIsNoServerName(text: String) {
        #expect(throws: Problem.self) { try Texts.serverName(text) }
    }

    @Test func protocolsAreAListOfNames() throws {
        #expect(try Texts.protocols("h2") == ["h2"])
        #expect(try Texts.protocols("h2,http/1.1") == ["h2", "http/1.1"])
        let longest = String(repeating: "x", count: 255)
        #expect(try Texts.protocols(longest) == [longest])
        let tooMany = Array(repeating: longest, count: 256).joined(separator: ",")
        for text in ["", ",", "h2,", ",h2", "h2, http/1.1", longest + "x", tooMany] {
            #expect(throws: Problem.self) { try Texts.protocols(text) }
        }
    }

    @Test func levelsArePlacedForAllOrForOnePart() throws {
        let line =
            "--listen systemd:pg --log-level error --log-level upstream=debug "
            + "--log-access none --log-events ./attache.log"
        let settings = try Echo.parse(line.split(separator: " ").map(String.init)).plan().settings
        #expect(settings.log.level == .error && settings.log.levels == [.upstream: .debug])
        #expect(settings.log.access == .none && settings.log.events == .file("./attache.log"))
        #expect(settings.listeners.first?.bind == .systemd("pg"))
    }

    @Test(arguments: [
        ("--log-level loud", "there are trace"), ("--log-level net=info", "there are control"),
        ("--log-level a=b=info", "there are trace"), ("--log-events here", "no slash"),
        ("--log-access", "--log-access"), ("--mode 600", "SocketMode="),
        ("--dual-stack", "BindIPv6Only="),
    ])
    func whatALogOrAnInheritedSocketCannotBeIsSaid(flags: String, part: String) {
        let words = "echo --listen systemd:pg \(flags)".split(separator: " ").map(String.init)
        let ending = Ending.of(words)
        #expect(ending.code == 64)
        #expect(ending.complaint.contains(part), "\(ending.complaint)")
    }
}

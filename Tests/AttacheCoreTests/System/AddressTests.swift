// SPDX-License-Identifier: Apache-2.0
// Promises of Address: what people write is understood, or refused with words that help.

import Testing

@testable import AttacheCore

struct AddressTests {
    @Test(
        arguments: [
            ("127.0.0.1:6379", .ip("127.0.0.1", port: 6379, v6: false)),
            ("0.0.0.0:0", .ip("0.0.0.0", port: 0, v6: false)),
            ("255.255.255.255:65535", .ip("255.255.255.255", port: 65_535, v6: false)),
            ("[::1]:1", .ip("::1", port: 1, v6: true)),
            ("[2001:0DB8::0001]:443", .ip("2001:db8::1", port: 443, v6: true)),
            ("[::]:80", .ip("::", port: 80, v6: true)),
            ("redis.internal:6380", .name("redis.internal", port: 6380)),
            ("localhost:1", .name("localhost", port: 1)),
            ("_srv_like.name-1:5", .name("_srv_like.name-1", port: 5)),
            ("1and1.com:80", .name("1and1.com", port: 80)),
            ("unix:/run/app.sock", .unix("/run/app.sock")),
            ("unix:relative.sock", .unix("relative.sock")),
            ("unix:/with:colon:80", .unix("/with:colon:80")),
        ] as [(String, Address)])
    func whatPeopleWriteIsUnderstood(text: String, address: Address) throws {
        #expect(try Address(parsing: text) == address)
        // And what it prints is understood as the same.
        #expect(try Address(parsing: address.description) == address)
    }

    @Test(
        arguments: [
            ("", "no port"),
            ("localhost", "no port"),
            ("localhost:", "not a port"),
            ("localhost:65536", "not a port"),
            ("localhost:-1", "not a port"),
            ("localhost:+80", "not a port"),
            ("localhost:http", "not a port"),
            ("localhost: 80", "not a port"),
            (":80", "names no host"),
            ("::1:80", "brackets"),
            ("[::1]", "not a port"),
            ("[::1:80", "brackets"),
            ("[127.0.0.1]:80", "not an IPv6 address"),
            ("[]:80", "not an IPv6 address"),
            ("[::g]:80", "not an IPv6 address"),
            ("1.2.3.999:80", "not an IPv4 address"),
            ("1.2.3:80", "not an IPv4 address"),
            ("01.2.3.4:80", "not an IPv4 address"),
            ("a b:80", "not a host name"),
            ("köln.de:80", "not a host name"),
            ("http://x:80", "a URL"),
            ("unix:", "names no path"),
            ("unix:/a\0b", "names no path"),
        ])
    func whatCannotBeMeantIsRefusedWithWordsThatHelp(text: String, words: String) {
        do {
            let address = try Address(parsing: text)
            Issue.record("understood as \(address)")
        } catch {
            #expect(error.message.contains(words), "\(error.message)")
        }
    }

    @Test(arguments: [(1, true), (106, true), (107, true), (108, false), (500, false)])
    func aUnixPathIsAsLongAsTheKernelTakes(length: Int, fits: Bool) {
        let path = String(repeating: "p", count: length)
        #expect(((try? Address(parsing: "unix:" + path)) != nil) == fits)
    }

    @Test(arguments: [(253, true), (254, false)])
    func aNameIsAsLongAsDNSTakes(length: Int, fits: Bool) {
        let name = String(repeating: "n", count: length)
        #expect(((try? Address(parsing: name + ":1")) != nil) == fits)
    }

    @Test(
        arguments: [
            ("127.0.0.1:1", true), ("127.255.255.255:1", true), ("[::1]:1", true),
            ("localhost:1", true), ("unix:/s", true),
            ("0.0.0.0:1", false), ("[::]:1", false), ("10.0.0.1:1", false),
            ("127.example:1", false), ("localhost.example:1", false), ("[2001:db8::1]:1", false),
        ])
    func onlyWhatNeverLeavesTheMachineIsLocal(text: String, isLocal: Bool) throws {
        #expect(try Address(parsing: text).isLocal == isLocal)
    }

    @Test func hostAndPortAreTakenApart() throws {
        let ip = try Address(parsing: "[::1]:9")
        #expect(ip.host == "::1")
        #expect(ip.port == 9)
        let unix = try Address(parsing: "unix:/s")
        #expect(unix.host == nil)
        #expect(unix.port == nil)
    }
}

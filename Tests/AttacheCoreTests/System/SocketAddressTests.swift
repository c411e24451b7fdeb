// SPDX-License-Identifier: Apache-2.0
// Promises of SocketAddress: it says what people write, and equals what the kernel answers.

import CLinux
import Glibc
import Testing

@testable import AttacheCore

struct SocketAddressTests {
    @Test(
        arguments: [
            ("127.0.0.1:6379", AF_INET, 6379), ("0.0.0.0:0", AF_INET, 0),
            ("[::1]:5", AF_INET6, 5), ("[2001:db8::7]:65535", AF_INET6, 65535),
            ("unix:/run/app.sock", AF_UNIX, nil),
        ] as [(String, Int32, UInt16?)])
    func anAddressIsPrintedAsItWasWritten(text: String, family: Int32, port: UInt16?) throws {
        let address = try #require(SocketAddress(Address(parsing: text)))
        #expect(address.description == text)
        #expect(address.family == family)
        #expect(address.port == port)
    }

    @Test func aNameIsNotASocketAddress() throws {
        #expect(SocketAddress(try Address(parsing: "redis.internal:6379")) == nil)
    }

    @Test func aUnixPathOfTheLongestKindIsWhole() throws {
        let path = "/" + String(repeating: "p", count: 106)
        let address = try #require(SocketAddress(Address(parsing: "unix:" + path)))
        #expect(address.description == "unix:" + path)
        #expect(SocketAddress(.unix(path + "p")) == nil)
        #expect(SocketAddress(.unix("")) == nil)
    }

    @Test(arguments: [
        ("127.0.0.1:1", "127.0.0.1:2"), ("[::1]:1", "[::1]:2"), ("unix:/s", "unix:/s"),
    ])
    func anotherPortChangesNothingElse(before: String, after: String) throws {
        let address = try #require(SocketAddress(Address(parsing: before)))
        #expect(address.with(port: 2).description == after)
        #expect(address.with(port: 2) == SocketAddress(try Address(parsing: after)))
    }

    @Test func equalAddressesHashEqually() throws {
        let texts = ["127.0.0.1:1", "127.0.0.1:2", "[::1]:1", "unix:/a", "unix:/b", "127.0.0.1:1"]
        let addresses = try texts.compactMap { SocketAddress(try Address(parsing: $0)) }
        #expect(addresses.count == 6)
        #expect(Set(addresses).count == 5)
    }

    @Test func whatTheKernelSaysEqualsWhatWasBound() throws {
        let listener = Descriptor(adopting: clinux_socket(AF_INET))
        let wanted = try #require(SocketAddress(Address(parsing: "127.0.0.1:0")))
        #expect(wanted.withPointer { clinux_bind(listener.raw, $0, $1) } == 0)
        var bound = SocketAddress()
        #expect(bound.family == AF_UNSPEC)
        #expect(bound.withMutablePointer { clinux_address(listener.raw, $0, $1) } == 0)
        let port = try #require(bound.port)
        #expect(port != 0)
        #expect(bound == wanted.with(port: port))
    }

    @Test func aUnixPeerWithoutANameIsStillAUnixPeer() {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue)
        #expect(socketpair(AF_UNIX, kind, 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        var peer = SocketAddress()
        #expect(peer.withMutablePointer { clinux_peer(ends[0], $0, $1) } == 0)
        #expect(peer.description == "unix:")
        #expect(peer.port == nil)
    }

    @Test func anAbstractUnixNameIsToldByItsSign() {
        var raw = sockaddr_un()
        raw.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &raw.sun_path) { $0.copyBytes(from: "\0app".utf8) }
        let address = withUnsafePointer(to: raw) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                SocketAddress(copying: $0, length: 2 + 4)
            }
        }
        #expect(address?.description == "unix:@app")
    }

    @Test func aScopeIsPartOfALinkLocalAddress() {
        var raw = sockaddr_in6()
        raw.sin6_family = sa_family_t(AF_INET6)
        raw.sin6_scope_id = 2
        inet_pton(AF_INET6, "fe80::1", &raw.sin6_addr)
        let address = withUnsafePointer(to: raw) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                SocketAddress(copying: $0, length: socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
        #expect(address?.with(port: 7).description == "[fe80::1%2]:7")
    }
}

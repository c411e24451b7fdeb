// SPDX-License-Identifier: Apache-2.0
// Promises of InheritedSockets: which descriptor has which name, and what is said where none has.

import CLinux
import Glibc
import Testing

@testable import AttacheCore

struct InheritedSocketsTests {
    private typealias Named = InheritedSockets.Named

    private static func environment(
        _ count: String?, names: String? = nil, process: String? = "17"
    ) -> [String: String] {
        var environment: [String: String] = [:]
        environment["LISTEN_FDS"] = count
        environment["LISTEN_FDNAMES"] = names
        environment["LISTEN_PID"] = process
        return environment
    }

    private static func read(_ environment: [String: String]) throws -> [Named] {
        try InheritedSockets.read(environment, process: 17).get()
    }

    @Test func descriptorsCountFromThreeAndHaveTheirNames() throws {
        #expect(try Self.read(Self.environment(nil)) == [])
        #expect(try Self.read(Self.environment("0", names: "")) == [])
        #expect(
            try Self.read(Self.environment("3", names: "pg:web:pg")) == [
                Named(name: "pg", descriptor: 3), Named(name: "web", descriptor: 4),
                Named(name: "pg", descriptor: 5),
            ])
        #expect(
            try Self.read(Self.environment("1")) == [Named(name: "unknown", descriptor: 3)])
    }

    @Test(
        arguments: [
            ("x", nil, "17", "LISTEN_FDS=x"), ("-1", nil, "17", "LISTEN_FDS=-1"),
            ("4097", nil, "17", "LISTEN_FDS=4097"), ("2", "pg", "17", "1 names for 2 sockets"),
            ("1", "pg", "18", "process 18 and this is 17"), ("1", "pg", nil, "this is 17"),
        ] as [(String, String?, String?, String)])
    func whatCannotBeRightIsSaidWhenASocketIsWanted(
        count: String, names: String?, process: String?, part: String
    ) throws {
        let environment = Self.environment(count, names: names, process: process)
        let sockets = InheritedSockets(environment, process: 17)
        #expect(sockets.all.isEmpty)
        let failure = #expect(throws: ListeningSocket.Failure.self) {
            try sockets.listening("pg")
        }
        #expect(failure?.message.hasPrefix("cannot listen on systemd:pg: ") == true)
        #expect(failure?.message.contains(part) == true)
    }

    @Test func aStartWithoutSystemdIsSaidSo() throws {
        let failure = #expect(throws: ListeningSocket.Failure.self) {
            try InheritedSockets([:], process: 17).listening("pg")
        }
        #expect(failure?.message.contains("FileDescriptorName=pg") == true)
    }

    @Test func aNameThatNoSocketHasIsAnsweredWithThoseThereAre() throws {
        let sockets = InheritedSockets(
            Self.environment("3", names: "web:web:admin"), process: 17, firstDescriptor: 1_000_000)
        let failure = #expect(throws: ListeningSocket.Failure.self) {
            try sockets.listening("pg")
        }
        #expect(failure?.message.contains("there are web, admin; ") == true)
        #expect(failure?.message.contains("FileDescriptorName=") == true)
    }

    // MARK: adopting

    private static func bound(_ type: Int32, listening: Bool) throws -> Descriptor {
        let raw = socket(AF_INET, type, 0)
        let descriptor = Descriptor(adopting: raw)
        let address = try #require(SocketAddress(.ip("127.0.0.1", port: 0, v6: false)))
        #expect(address.withPointer { clinux_bind(raw, $0, $1) } == 0)
        if listening { #expect(listen(raw, 16) == 0) }
        return descriptor
    }

    @Test func aListenerIsADuplicateThatServesAndLeavesTheOriginalOpen() throws {
        let original = try Self.bound(Int32(SOCK_STREAM.rawValue), listening: true)
        let raw = original.raw
        let sockets = InheritedSockets(
            Self.environment("1", names: "pg"), process: 17, firstDescriptor: raw)
        #expect(fcntl(raw, F_GETFD) & FD_CLOEXEC != 0)
        for _ in 1...2 {
            let all = try sockets.listening("pg")
            let listener = try #require(all.first)
            #expect(all.count == 1 && listener.raw != raw)
            #expect(listener.isInherited && !listener.isUnix)
            #expect(listener.address.port != 0)
            #expect(fcntl(listener.raw, F_GETFD) & FD_CLOEXEC != 0)
            #expect(listener.accept() == nil)
            #expect(errno == EAGAIN)
        }
        #expect(fcntl(original.raw, F_GETFD) >= 0)
    }

    @Test func severalSocketsOfOneNameAreAllListeners() throws {
        let first = try Self.bound(Int32(SOCK_STREAM.rawValue), listening: true)
        // Next to it, as systemd hands them over; the kernel answers EBADF where it is taken.
        let second = try Self.bound(Int32(SOCK_STREAM.rawValue), listening: true)
        let base: Int32 = 900
        #expect(dup2(first.raw, base) == base && dup2(second.raw, base + 1) == base + 1)
        defer {
            close(base)
            close(base + 1)
        }
        let sockets = InheritedSockets(
            Self.environment("2", names: "pg:pg"), process: 17, firstDescriptor: base)
        let ports = Set(try sockets.listening("pg").compactMap(\.address.port))
        #expect(ports.count == 2)
    }

    @Test func whatDoesNotListenIsRefused() throws {
        let stream = try Self.bound(Int32(SOCK_STREAM.rawValue), listening: false)
        let datagram = try Self.bound(Int32(SOCK_DGRAM.rawValue), listening: false)
        for raw in [stream.raw, datagram.raw, 1_000_000] {
            let sockets = InheritedSockets(
                Self.environment("1", names: "pg"), process: 17, firstDescriptor: raw)
            let failure = #expect(throws: ListeningSocket.Failure.self) {
                try sockets.listening("pg")
            }
            #expect(failure?.message.contains("descriptor \(raw) ") == true)
            #expect(
                failure?.message.contains(raw < 1_000_000 ? "ListenStream=" : "EBADF") == true)
        }
    }

    @Test func aUnixSocketsFileStaysWhereItIs() throws {
        let folder = Scratch()
        defer { withExtendedLifetime(folder) {} }
        let path = folder.path + "/s"
        let raw = clinux_socket(AF_UNIX)
        let original = Descriptor(adopting: raw)
        let address = try #require(SocketAddress(.unix(path)))
        #expect(address.withPointer { clinux_bind(raw, $0, $1) } == 0 && listen(raw, 16) == 0)
        var listener: ListeningSocket? = try ListeningSocket(inherited: original.raw, name: "s")
        #expect(listener?.isUnix == true && listener?.address.description == "unix:\(path)")
        #expect(listener?.setMode(0o777) == nil)
        listener = nil
        #expect(access(path, F_OK) == 0)
    }
}

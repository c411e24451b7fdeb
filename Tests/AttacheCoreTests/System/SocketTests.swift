// SPDX-License-Identifier: Apache-2.0
// Promises of Socket against a real peer: an abort is remembered, what came before it is still
// read.

import CLinux
import Glibc
import Testing

@testable import AttacheCore

struct SocketTests {
    private let loopback: Loopback
    private let scratch = AttacheCore.Scratch()

    init() throws { loopback = try Loopback() }

    private func receive(_ socket: Socket, upTo limit: Int = 1000) -> String {
        let (pulled, count) = scratch.fill(upTo: limit) { socket.receive(into: &$0) }
        switch pulled {
        case .bytes:
            return scratch.withBytes(count) { bytes in
                bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
            }
        case .nothing: return "nothing"
        case .end(let how): return "end: \(how)"
        }
    }

    private func send(_ socket: Socket, _ bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBytes { socket.send($0) }
    }

    private func send(_ far: FarEnd, _ text: String) { _ = far.send(Array(text.utf8)) }

    private func untilHungUp(_ socket: Socket) -> Bool { loopback.wait { socket.hungUp } }

    @Test(arguments: Loopback.Kind.allCases)
    func bytesAreReadAndAnEndIsClean(kind: Loopback.Kind) throws {
        let (near, far) = try loopback.connection(kind)
        #expect(receive(near) == "nothing")
        send(far, "hello")
        #expect(loopback.wait { near.readable })
        #expect(receive(near) == "hello")
        far.end()
        #expect(untilHungUp(near))
        #expect(receive(near) == "end: clean")
        #expect(receive(near) == "end: clean")
        #expect(!near.aborted)
        // Its other direction still works.
        #expect(send(near, Array("bye".utf8)) == 3)
        #expect(loopback.wait { far.receive() == .bytes(Array("bye".utf8)) })
    }

    @Test func aShortReadProvesThatNothingIsLeft() throws {
        let (near, far) = try loopback.connection(.tcp)
        send(far, "abc")
        #expect(loopback.wait { near.readable })
        #expect(receive(near) == "abc")
        #expect(!near.readable)
    }

    @Test func aReadThatFillsTheRoomProvesNothing() throws {
        let (near, far) = try loopback.connection(.tcp)
        send(far, "abc")
        #expect(loopback.wait { near.readable })
        #expect(receive(near, upTo: 3) == "abc")
        #expect(near.readable)
        #expect(receive(near) == "nothing")
        #expect(!near.readable)
    }

    @Test func aShortReadWithAnEndBehindItIsNotTheLastRead() throws {
        let (near, far) = try loopback.connection(.tcp)
        send(far, "abc")
        far.end()
        #expect(untilHungUp(near))
        #expect(receive(near) == "abc")
        #expect(near.readable)
        #expect(receive(near) == "end: clean")
    }

    @Test func oneByteAtATimeIsReadToTheEnd() throws {
        let (near, far) = try loopback.connection(.tcp)
        send(far, "abcdef")
        far.end()
        #expect(untilHungUp(near))
        for letter in "abcdef" { #expect(receive(near, upTo: 1) == String(letter)) }
        #expect(receive(near, upTo: 1) == "end: clean")
    }

    @Test func whatCameBeforeAResetIsReadAndTheResetIsSticky() throws {
        let (near, far) = try loopback.connection(.tcp)
        send(far, "last words")
        far.reset()
        #expect(loopback.wait { near.aborted })
        #expect(receive(near) == "last words")
        // The kernel tells once; from then on it answers like a clean end.
        for _ in 0..<3 { #expect(receive(near) == "end: reset") }
        #expect(near.failure?.code == ECONNRESET)
        #expect(near.unacknowledged == 0)
    }

    @Test func aResetThatSomebodyElseHasBeenToldOfIsNoCleanEnd() throws {
        let (near, far) = try loopback.connection(.tcp)
        far.reset()
        #expect(untilHungUp(near))
        #expect(clinux_socket_error(near.raw) == ECONNRESET)
        #expect(receive(near) == "end: reset")
    }

    @Test func aSendAfterAResetIsNilAndTheLastWordsAreStillRead() throws {
        let (near, far) = try loopback.connection(.tcp)
        send(far, "last words")
        far.reset()
        #expect(untilHungUp(near))
        #expect(send(near, [1, 2, 3]) == nil)
        #expect(near.aborted)
        #expect(near.failure != nil)
        #expect(receive(near) == "last words")
        #expect(receive(near) == "end: reset")
    }

    @Test func aUnixPeerThatClosesOverUnreadBytesIsAReset() throws {
        let (near, far) = try loopback.connection(.unix)
        #expect(send(near, [1]) == 1)
        #expect(near.unacknowledged > 0)
        far.close()
        #expect(untilHungUp(near))
        #expect(receive(near) == "end: reset")
        #expect(near.unacknowledged == 0)
    }

    @Test func aFullSocketTakesWhatFitsAndIsToldWhenThereIsRoom() throws {
        let (near, far) = try loopback.connection(.tcp)
        let block = pattern(1 << 20)
        var sent = 0
        while near.writable { sent += try #require(send(near, block)) }
        #expect(sent > 0)
        #expect(near.room(for: 1) == 0)
        #expect(send(near, block) == 0)
        #expect(near.unacknowledged > 0)
        var read = 0
        #expect(
            loopback.wait {
                if case .bytes(let bytes) = far.receive() { read += bytes.count }
                return read == sent && near.writable
            })
        #expect(near.room(for: 1) == 1)
    }

    @Test(arguments: Loopback.Kind.allCases)
    func smallWishesAreNotAskedAboutAndLargeOnesAreBounded(kind: Loopback.Kind) throws {
        let (near, _) = try loopback.connection(kind)
        let unasked = Limits.pullBytesUnasked
        #expect(near.room(for: 1) == 1)
        #expect(near.room(for: unasked) == unasked)
        let large = near.room(for: 1 << 24)
        #expect((unasked...1 << 24).contains(large))
        if kind == .unix { #expect(large == 1 << 24) }
    }

    @Test func eventsAreNewsOnlyWhereTheyChangeSomething() throws {
        let (near, _) = try loopback.connection(.tcp)
        let (input, output) = (EPOLLIN.rawValue, EPOLLOUT.rawValue)
        #expect(near.writable)
        #expect(near.note(input) == .gives)
        #expect(near.note(output) == [])
        #expect(near.note(input | output) == .gives)
        #expect(near.note(0) == [])
        #expect(!near.hungUp && !near.aborted)
        #expect(near.note(input | EPOLLRDHUP.rawValue) == .both)
        #expect(near.hungUp && !near.aborted)
        #expect(near.note(EPOLLERR.rawValue) == .both)
        #expect(near.aborted)
    }

    @Test func onlyTCPHasVitals() throws {
        let tcp = try loopback.connection(.tcp)
        let unix = try loopback.connection(.unix)
        #expect(unix.near.vitals() == nil)
        #expect(send(tcp.near, [1]) == 1)
        #expect(loopback.wait { tcp.near.vitals()?.unacknowledged_segments == 0 })
        #expect((tcp.near.vitals()?.send_window ?? 0) > 0)
    }

    @Test func closingOverUnreadBytesWouldResetUnlessTheyAreDiscarded() throws {
        for discards in [true, false] {
            var (near, far): (Socket?, FarEnd) = try loopbackPair()
            send(far, "unread")
            #expect(loopback.wait { poll(near) })
            if discards {
                _ = near?.note(EPOLLIN.rawValue)
                near?.discardReceived()
            }
            near = nil
            var last = FarEnd.Received.nothing
            #expect(
                loopback.wait {
                    last = far.receive()
                    return last != .nothing
                })
            #expect(last == (discards ? .end : .failed("ECONNRESET")))
        }
    }

    /// Not watched by the loopback, so that letting go of it closes it.
    private func loopbackPair() throws -> (Socket?, FarEnd) {
        let door = try TestListener(SocketAddress(.ip("127.0.0.1", port: 0, v6: false)))
        let far = clinux_socket(AF_INET)
        _ = door.address.withPointer { clinux_connect(far, $0, $1) }
        let near = try #require(door.accept())
        return (Socket(Descriptor(adopting: near), isUnix: false), FarEnd(far))
    }

    private func poll(_ socket: Socket?) -> Bool {
        var interest = pollfd(fd: socket?.raw ?? -1, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&interest, 1, 0) == 1
    }
}

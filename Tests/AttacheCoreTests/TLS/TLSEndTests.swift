// SPDX-License-Identifier: Apache-2.0
// Promises of TLSEnd over a real socket: what one event told of is read to its last byte.

import CLinux
import COpenSSL
import Glibc
import Testing

@testable import AttacheCore

@Suite struct TLSEndTests {
    /// Events of a socket that has bytes and room, as epoll reports them once.
    private static let news = EPOLLIN.rawValue | EPOLLOUT.rawValue

    /// The far end's output goes out when `flush` is asked for, so that it can pile up.
    private struct FarEnd {
        let tls: WireEnd
        let fd: Int32

        func receive() {
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = read(fd, &bytes, bytes.count)
            if count > 0 { tls.give(Array(bytes[..<count])) }
            tls.step()
        }

        func flush() {
            let bytes = tls.take()
            #expect(bytes.isEmpty || write(fd, bytes, bytes.count) == bytes.count)
        }
    }

    /// A server that speaks first: its tickets and its first records lie in the socket together, so
    /// the first receive may hold tickets and half a record, and no other event will come.
    @Test(arguments: [0, 1, 2, 8, 40], [Limits.quantumBytesMin, Limits.quantumBytesMax])
    func whatLiesBehindTicketsNeedsNoOtherEvent(tickets: Int, room: Int) throws {
        let bench = Bench()
        let client = try bench.client(bench.authority.issue(Bench.clientRequest))
        let server = try bench.server(allow: ["dns:client.test"])
        var fds: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        try #require(socketpair(AF_UNIX, type, 0, &fds) == 0)
        defer { close(fds[1]) }
        let works = try #require(TLSWorks())
        let end = try #require(
            TLSEnd(
                Socket(Descriptor(adopting: fds[0]), isUnix: true), role: .client,
                context: client, serverName: "localhost", works: works))
        let far = FarEnd(tls: try #require(WireEnd(server)), fd: fds[1])
        SSL_set_num_tickets(far.tls.ssl, tickets)

        for _ in 0..<10 where !far.tls.isDone {
            _ = end.note(Self.news)
            _ = end.open()
            works.settle()
            far.receive()
            if !far.tls.isDone { far.flush() }
        }
        try #require(far.tls.isDone)
        let sent = (0..<80_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(SSL_write(far.tls.ssl, sent, Int32(sent.count)) == sent.count)
        far.flush()

        _ = end.note(Self.news)
        var got: [UInt8] = []
        pulling: for _ in 0..<100 {
            let scratch = AttacheCore.Scratch()
            let (pulled, count) = scratch.fill(upTo: room) { end.pull(into: &$0) }
            scratch.withBytes(count) { bytes in bytes.withUnsafeBytes { got += $0 } }
            guard case .bytes = pulled else { break pulling }
        }
        #expect(got == sent, "\(got.count) of \(sent.count) bytes")
        end.close(abortively: true)
    }
}

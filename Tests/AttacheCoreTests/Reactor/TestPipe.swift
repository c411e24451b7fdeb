// SPDX-License-Identifier: Apache-2.0
// A real pipe whose reader is the test: it reads when it wants, up to a condition or a deadline.

import Glibc

@testable import AttacheCore

final class TestPipe {
    private let reader: Int32
    private let writer: Int32
    private var readerOpen = true
    private var bytes: [UInt8] = []

    /// A SEQPACKET pair instead keeps apart what was written by separate calls.
    init(keepsWritesApart: Bool = false) {
        var ends: [Int32] = [-1, -1]
        let code =
            keepsWritesApart
            ? socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue), 0, &ends) : pipe(&ends)
        precondition(code == 0, "no pipe for a test")
        (reader, writer) = (ends[0], ends[1])
        signal(SIGPIPE, SIG_IGN)
    }

    /// The writing end stays open: a log thread lives as long as the process.
    deinit { closeReader() }

    var output: BlockingOutput { BlockingOutput(descriptor: writer) }

    func closeReader() {
        if readerOpen { close(reader) }
        readerOpen = false
    }

    /// One read, nil when nothing came in time.
    func read(within limit: Duration = .seconds(20)) -> [UInt8]? {
        var interest = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        guard poll(&interest, 1, Int32(limit.nanoseconds / 1_000_000)) == 1 else { return nil }
        var room = [UInt8](repeating: 0, count: 256 * 1024)
        let count = Glibc.read(reader, &room, room.count)
        return count > 0 ? Array(room.prefix(count)) : nil
    }

    /// Everything so far, as soon as it holds `text`; all there is when it never does.
    func text(until text: String) -> String {
        var all = String(decoding: bytes, as: UTF8.self)
        while !all.contains(text), let more = read() {
            bytes += more
            all = String(decoding: bytes, as: UTF8.self)
        }
        return all
    }
}

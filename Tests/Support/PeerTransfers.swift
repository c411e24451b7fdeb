// SPDX-License-Identifier: Apache-2.0
// What tests do with a whole stream: read it to its end, slowly, exactly; check it against its
// seed; measure an ending.

import CLinux
import Foundation

extension Peer {
    /// Everything up to the end.
    public func receiveAll() throws -> (bytes: [UInt8], ending: Ending) {
        var all: [UInt8] = []
        let ending = try receiveAll { all += $0 }
        return (all, ending)
    }

    /// Everything up to the end, in portions; at most `rate` bytes a second.
    @discardableResult
    public func receiveAll(
        rate: Int? = nil, _ consume: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Ending {
        let start = ContinuousClock.now
        var total = 0
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
        defer { room.deallocate() }
        while true {
            switch try receive(into: room) {
            case .ended(let ending): return ending
            case .bytes(let count):
                try consume(UnsafeRawBufferPointer(rebasing: room[..<count]))
                total += count
                if let rate {
                    let ahead = Double(total) / Double(rate) - (ContinuousClock.now - start).seconds
                    if ahead > 0 { usleep(UInt32(ahead * 1e6)) }
                }
            }
        }
    }

    public func receive(exactly count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let received = try bytes.withUnsafeMutableBytes {
                try receive(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
            }
            switch received {
            case .bytes(let more): filled += more
            case .ended(let ending):
                throw Failure("\(ending) after \(filled) of \(count) bytes")
            }
        }
        return bytes
    }

    public func receive(text count: Int) throws -> String {
        String(decoding: try receive(exactly: count), as: UTF8.self)
    }

    /// Sends a text and waits until the other peer has got it: both are then in mid-stream.
    public func exchange(_ text: String, with other: Peer) throws {
        try send(text)
        let got = try other.receive(text: text.utf8.count)
        if got != text { throw Failure("sent \(text), got \(got)") }
    }

    /// The end, with no byte before it.
    public func receiveEnd(file: String = #fileID, line: Int = #line) throws -> Ending {
        let (bytes, ending) = try receiveAll()
        if !bytes.isEmpty {
            throw Failure("\(bytes.count) bytes before \(ending)", file: file, line: line)
        }
        return ending
    }

    public func send(_ stream: RandomStream, bytes total: Int, chunk: Int = 65536) throws {
        var left = total
        while left > 0 {
            let now = min(left, chunk)
            try stream.next(now) { try send($0) }
            left -= now
        }
    }

    /// Compares exactly so many bytes with the stream, at most `rate` of them a second.
    public func expect(_ stream: RandomStream, bytes total: Int) throws {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
        defer { room.deallocate() }
        var left = total
        while left > 0 {
            let part = UnsafeMutableRawBufferPointer(rebasing: room[..<min(left, room.count)])
            switch try receive(into: part) {
            case .ended(let ending): throw Failure("\(ending) with \(left) of \(total) to come")
            case .bytes(let count):
                try stream.compare(UnsafeRawBufferPointer(rebasing: part[..<count]))
                left -= count
            }
        }
    }

    /// Reads to the end, comparing all of it; hands out how it ended and how much there was.
    public func expectAll(_ stream: RandomStream, rate: Int? = nil) throws -> (Int, Ending) {
        var count = 0
        let ending = try receiveAll(rate: rate) {
            try stream.compare($0)
            count += $0.count
        }
        return (count, ending)
    }

    /// Waits until bytes (or an end) lie in our socket, and leaves them there.
    public func waitReadable(within limit: Duration = .seconds(10)) throws {
        try wait(for: POLLIN, until: .after(limit))
    }

    public var localPort: UInt16 {
        get throws { try Endpoint.port(of: fd) }
    }

    /// Bytes sent that the other kernel has not acknowledged.
    public var unacknowledged: Int { Int(clinux_unacknowledged(fd)) }

    public static let fillChunk = 65536

    /// Sends until nothing more is taken for a while: every buffer on the way is full. Hands out
    /// how much that was.
    public func fill(quietFor quiet: Duration = .milliseconds(300)) throws -> Int {
        let zeros = [UInt8](repeating: 0, count: Peer.fillChunk)
        var total = 0
        var deadline = Deadline.after(quiet)
        while !deadline.isOver {
            let sent = try zeros.withUnsafeBytes { try sendNow($0) }
            total += sent
            if sent > 0 { deadline = .after(quiet) } else { usleep(2000) }
        }
        return total
    }
}

// SPDX-License-Identifier: Apache-2.0
// Bytes that had to wait, oldest first. Holds no memory when it is empty.

import Glibc

/// Invariant: `storage[head..<count+head]` are the waiting bytes; empty means `storage == []`.
/// Bounds are the owner's: a flow parks one quantum, a TLS end one record and one staging.
struct ByteQueue {
    private var storage: [UInt8] = []
    private var head = 0

    var count: Int { storage.count - head }
    var isEmpty: Bool { storage.isEmpty }

    mutating func append(_ bytes: RawSpan) {
        if bytes.byteCount == 0 { return }
        // Exactly as much as is needed: what waits for a slow reader may wait for an hour.
        if storage.isEmpty { storage.reserveCapacity(bytes.byteCount) }
        // A queue that never runs empty must not keep what has left; moving less than that is
        // cheap.
        if head > count {
            storage.removeFirst(head)
            head = 0
        }
        bytes.withUnsafeBytes { storage.append(contentsOf: $0) }
    }

    mutating func drop(_ count: Int) {
        precondition(count <= self.count, "dropped more than waits")
        head += count
        if head == storage.count {
            storage = []
            head = 0
        }
    }

    /// Moves as much as fits.
    mutating func move(into room: inout OutputRawSpan) {
        let moved = min(room.freeCapacity, count)
        withBytes { bytes in
            bytes.extracting(0..<moved).withUnsafeBytes { from in
                room.withUnsafeMutableBytes { buffer, used in
                    // `moved` is at most the free part of `buffer`, which begins at `used`.
                    if let to = buffer.baseAddress, let from = from.baseAddress {
                        memcpy(to + used, from, moved)
                        used += moved
                    }
                }
            }
        }
        drop(moved)
    }

    /// Lends what waits.
    func withBytes<R>(_ body: (RawSpan) -> R) -> R {
        body(storage.span.bytes.extracting(head...))
    }
}

/// The worker's scratch: filled by one pull, offered at once; its bytes are valid until the next
/// fill. A class with a constant pointer, not an `inout` struct: flows and carriers use it in turn,
/// and an `inout` would be one long access to the worker.
final class Scratch {
    static let capacity = Limits.quantumBytesMax
    /// Before the bytes, for whoever frames them in place: one cache line.
    private static let headroom = 64
    private let memory = UnsafeMutableRawPointer.allocate(
        byteCount: headroom + capacity, alignment: 4096)
    /// Valid for `capacity` bytes, and writable for `headroom` before them, from init to deinit.
    private var base: UnsafeMutableRawPointer { memory + Self.headroom }

    deinit { memory.deallocate() }

    /// These bytes are lent ones of this scratch.
    func holds(_ address: UnsafeRawPointer?) -> Bool {
        guard let address else { return false }
        return address >= UnsafeRawPointer(base) && address < UnsafeRawPointer(base + Self.capacity)
    }

    /// Lends `limit` bytes of room; answers what `body` said, and how many it wrote.
    func fill<R>(upTo limit: Int, _ body: (inout OutputRawSpan) -> R) -> (R, count: Int) {
        let buffer = UnsafeMutableRawBufferPointer(start: base, count: min(limit, Self.capacity))
        var room = OutputRawSpan(buffer: buffer, initializedCount: 0)
        let answer = body(&room)
        return (answer, room.finalize(for: buffer))
    }

    /// Lends the first `count` bytes of what the last `fill` wrote.
    func withBytes<R>(_ count: Int, _ body: (RawSpan) -> R) -> R {
        body(UnsafeRawBufferPointer(start: base, count: count).bytes)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Frames on their way into a TLS record: one buffer a worker, so that many frames share a record.

import Glibc

/// Owned by one carrier at a time; changing the owner seals what is in it. The one copy that DATA
/// makes here is the price of full records: a frame's header of nine bytes would otherwise be a
/// record of its own, or shift every payload by nine.
final class FrameRecord {
    private static let capacity = Limits.recordPlaintextBytes
    /// Valid for `capacity` bytes from init to deinit; `count` of them are in use.
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    private var count = 0
    private var owner: TLSEnd?
    /// What nghttp2's data callbacks may take now.
    var offer = OfferInHand()

    deinit { buffer.deallocate() }

    /// `bytes` is valid for `length` bytes during the call.
    func append(_ bytes: UnsafeRawPointer, _ length: Int, for end: TLSEnd) {
        if owner !== end {
            seal()
            owner = end
        }
        var at = 0
        while at < length {
            let part = min(Self.capacity - count, length - at)
            memcpy(buffer + count, bytes + at, part)
            count += part
            at += part
            if count == Self.capacity { seal() }
        }
    }

    /// Room was asked for before the frames were made, so they are taken whatever the socket says.
    func seal() {
        guard let owner, count > 0 else { return }
        let bytes = UnsafeRawBufferPointer(start: buffer, count: count)
        count = 0
        _ = owner.offer(bytes, isCommitted: true)
    }

    /// The carrier over `end` makes no more frames.
    func forget(_ end: TLSEnd) {
        guard owner === end else { return }
        seal()
        owner = nil
    }
}

/// The bytes of one stream that nghttp2 may make DATA frames of while it is drained.
struct OfferInHand {
    /// 0: none.
    var stream: Int32 = 0
    /// Valid for `left` bytes until `Carrier.frame` returns.
    var bytes: UnsafeRawPointer?
    var left = 0
    /// Nothing comes after `left`: END_STREAM.
    var isLast = false
    var hasEnded = false
}

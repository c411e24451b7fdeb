// SPDX-License-Identifier: Apache-2.0
// Frames on their way into a TLS record: one buffer a worker, so that many frames share a record.

import Glibc

/// Owned by one carrier at a time; changing the owner seals what is in it. Small frames are copied
/// here, once. A frame that fills a record by itself is not, where its payload lies in the worker's
/// scratch: its header is written over the nine bytes before the payload, which have been sealed
/// already (or are the scratch's headroom), and they are put back.
final class FrameRecord {
    private static let capacity = Limits.recordPlaintextBytes
    /// RFC 9113 §4.1.
    private static let headerBytes = 9
    /// Valid for `capacity` bytes from init to deinit; `count` of them are in use.
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    private var count = 0
    private var owner: TLSEnd?
    /// What nghttp2's data callbacks may take now.
    var offer = OfferInHand()

    deinit { buffer.deallocate() }

    /// How large the next frame of the offer in hand should be, so that it ends with a record.
    /// Not where the rest of one would make it tiny.
    var frameBytes: Int {
        let left = Self.capacity - count - Self.headerBytes
        return left >= Limits.frameBytesWorthCutting ? left : Self.capacity
    }

    /// A DATA frame. `header` is valid for nine bytes, `payload` for `length`, during the call; of
    /// an offer `isScratch` the nine bytes before it are ours too.
    func append(
        header: UnsafePointer<UInt8>, payload: UnsafeRawPointer, _ length: Int, for end: TLSEnd
    ) {
        own(end)
        guard count == 0, offer.isScratch, length == Self.capacity - Self.headerBytes else {
            append(header, Self.headerBytes, for: end)
            return append(payload, length, for: end)
        }
        let frame = UnsafeMutableRawPointer(mutating: payload - Self.headerBytes)
        let before = frame.loadUnaligned(as: UInt64.self)
        let last = frame.load(fromByteOffset: 8, as: UInt8.self)
        memcpy(frame, header, Self.headerBytes)
        _ = end.offer(
            UnsafeRawBufferPointer(start: frame, count: Self.capacity), isCommitted: true)
        frame.storeBytes(of: before, as: UInt64.self)
        frame.storeBytes(of: last, toByteOffset: 8, as: UInt8.self)
    }

    private func own(_ end: TLSEnd) {
        if owner === end { return }
        seal()
        owner = end
    }

    /// `bytes` is valid for `length` bytes during the call.
    func append(_ bytes: UnsafeRawPointer, _ length: Int, for end: TLSEnd) {
        own(end)
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
    /// `bytes` lie in the worker's scratch, which is ours to write.
    var isScratch = false
    /// Nothing comes after `left`: END_STREAM.
    var isLast = false
    var hasEnded = false
}

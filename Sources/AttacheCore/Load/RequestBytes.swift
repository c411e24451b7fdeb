// SPDX-License-Identifier: Apache-2.0
// The bytes of a request, lent piece by piece: small ones as they are, large ones from a pattern.

/// Shared by all connections of a thread.
final class RequestBytes {
    /// Of the whole request.
    let count: UInt64
    /// What it begins with; all of it, if it fits into one piece.
    private let head: [UInt8]
    /// What follows, over and over.
    private let pattern: [UInt8]
    /// A full pull of a relay and more: fewer and larger sends cost the generator less.
    private static let pieceBytes = 256 * 1024

    init(_ request: Exchange.Request) {
        switch request {
        case .bytes(let bytes):
            head = bytes
            pattern = []
            count = UInt64(bytes.count)
        case .generated(let order, let seed):
            let order = (bytes: order.bytes, count: order.up)
            var random = SplitMix(seed: seed)
            let piece = Int(min(order.count, UInt64(Self.pieceBytes)))
            let start = piece < order.bytes.count ? [] : order.bytes
            var rest = random.bytes(piece - start.count)
            // What is no order must not begin like one: the service would wait for the rest of it.
            if start.isEmpty, rest.first == order.bytes.first { rest[0] += 1 }
            head = start + rest
            pattern = order.count > UInt64(piece) ? random.bytes(Self.pieceBytes) : []
            count = order.count
        }
    }

    /// Bytes without end that are no order.
    init(endless seed: UInt64) {
        var random = SplitMix(seed: seed)
        head = []
        pattern = random.bytes(Self.pieceBytes)
        count = .max
    }

    /// Lends bytes from `offset` on, at least one and as many as lie together.
    func withBytes<R>(from offset: UInt64, _ body: (RawSpan) -> R) -> R {
        precondition(offset < count, "nothing is lent behind the end")
        if offset < UInt64(head.count) {
            let head = self.head
            return body(head.span.bytes.extracting(Int(offset)...))
        }
        let pattern = self.pattern
        let behind = offset - UInt64(head.count)
        let start = Int(behind % UInt64(pattern.count))
        let piece = min(UInt64(pattern.count - start), count - offset)
        return body(pattern.span.bytes.extracting(start..<start + Int(piece)))
    }
}

/// S. Vigna's splitmix64: the same bytes for the same seed.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// Printable, and no line ends: a service that reads lines waits for ours.
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(33 + next() % 94) }
    }
}

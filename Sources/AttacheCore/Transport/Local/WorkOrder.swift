// SPDX-License-Identifier: Apache-2.0
// How a request of `attache bench` begins: its length, and the length of the answer it wants.

/// 32 bytes: a magic number, `up`, `down` and options, each eight bytes, little endian. A request
/// is `up` bytes long, the order included; the answer `down` bytes of anything.
public struct WorkOrder: Sendable, Equatable {
    public static let byteCount = 32
    /// "attbench" as it stands in memory.
    static let magic: UInt64 = 0x6863_6e65_6274_7461

    public var up: UInt64
    public var down: UInt64
    /// The answer begins with the order's arrival, not with the request's end.
    public var isDuplex: Bool

    public init(up: UInt64, down: UInt64, isDuplex: Bool = false) {
        self.up = up
        self.down = down
        self.isDuplex = isDuplex
    }

    /// The first `byteCount` bytes; nil: they are no order, or one that contradicts itself.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount >= Self.byteCount else { return nil }
        let words = (0..<4).map {
            UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self))
        }
        guard words[0] == Self.magic, words[1] >= Self.byteCount, words[3] <= 1 else { return nil }
        self.init(up: words[1], down: words[2], isDuplex: words[3] == 1)
    }

    var bytes: [UInt8] {
        [Self.magic, up, down, isDuplex ? 1 : 0].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
    }
}

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
        guard bytes.byteCount >= Self.byteCount, Self.word(0, of: bytes) == Self.magic else {
            return nil
        }
        let (up, options) = (Self.word(1, of: bytes), Self.word(3, of: bytes))
        guard up >= Self.byteCount, options <= 1 else { return nil }
        self.init(up: up, down: Self.word(2, of: bytes), isDuplex: options == 1)
    }

    enum Reading: Equatable {
        case order(WorkOrder)
        /// So far it could be one.
        case unfinished
        case other
    }

    /// What a request begins with, as far as it has come.
    static func reading(_ bytes: RawSpan) -> Reading {
        if bytes.byteCount >= byteCount { return WorkOrder(bytes).map(Reading.order) ?? .other }
        for index in 0..<min(bytes.byteCount, 8) {
            let byte = bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            if byte != UInt8(truncatingIfNeeded: magic >> (index * 8)) { return .other }
        }
        return .unfinished
    }

    /// The caller has made sure that it is there.
    private static func word(_ index: Int, of bytes: RawSpan) -> UInt64 {
        UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
    }

    var bytes: [UInt8] {
        [Self.magic, up, down, isDuplex ? 1 : 0].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
    }
}

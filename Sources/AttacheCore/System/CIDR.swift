// SPDX-License-Identifier: Apache-2.0
// A range of IP addresses, as operators write it.

/// `10.0.0.0/8`, `fd00::/8`, or one address; `::ffff:10.0.0.0/104` is the first of these.
public struct CIDR: Sendable, Hashable {
    /// Network byte order, 4 or 16 bytes; what the prefix does not cover is zero.
    private let network: [UInt8]
    private let prefix: Int

    public typealias Malformed = MalformedText

    public init(parsing text: String) throws(Malformed) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = IPLiteral.bytes(String(parts[0])) else {
            throw Malformed(
                message: "\"\(text)\" is no range of addresses; write 10.0.0.0/8, fd00::/8 or one "
                    + "address")
        }
        var prefix = bytes.count * 8
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let bits = Int(parts[1]),
                bits <= prefix
            else {
                throw Malformed(
                    message: "\"/\(parts[1])\" in \"\(text)\" is no prefix length (0 to \(prefix))")
            }
            prefix = bits
        }
        let masked = Self.masked(bytes, prefix)
        if masked != bytes {
            let meant = IPLiteral.text(of: masked).map { "\($0)/\(prefix)" } ?? "its network"
            throw Malformed(
                message: "\"\(text)\" has bits set beyond its prefix; write \(meant) for the "
                    + "range, or \(parts[0]) for the one address")
        }
        // Clients of IPv4 are looked at as such, whatever their socket calls them.
        let isMapped = bytes.starts(with: IPLiteral.mappedIPv4) && prefix >= 96
        network = isMapped ? Array(bytes[12...]) : bytes
        self.prefix = isMapped ? prefix - 96 : prefix
    }

    private static func masked(_ bytes: [UInt8], _ prefix: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let bits = min(max(prefix - index * 8, 0), 8)
            return byte & UInt8(truncatingIfNeeded: 0xff00 >> bits)
        }
    }

    /// `address`: 4 or 16 bytes in network order.
    func contains(_ address: [UInt8]) -> Bool {
        address.count == network.count && Self.masked(address, prefix) == network
    }
}

extension CIDR: CustomStringConvertible {
    public var description: String {
        (IPLiteral.text(of: network) ?? "?") + (prefix == network.count * 8 ? "" : "/\(prefix)")
    }
}

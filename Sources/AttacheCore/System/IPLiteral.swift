// SPDX-License-Identifier: Apache-2.0
// IP addresses as certificates carry them and as people write them, in one canonical form.

import Glibc

enum IPLiteral {
    /// ::ffff:0:0/96, the addresses of IPv4 among those of IPv6 (RFC 4291 §2.5.5.2): the first 12
    /// bytes.
    static let mappedIPv4: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

    /// `::1` for `0:0:0:0:0:0:0:1`; nil when it is not an address. inet_pton knows only the plain
    /// forms, so `127.1` or `010.0.0.1`, which others read in their own way, are no addresses here.
    static func canonical(_ text: String) -> String? {
        canonical(text, family: AF_INET) ?? canonical(text, family: AF_INET6)
    }

    /// The same for one family: AF_INET or AF_INET6.
    static func canonical(_ text: String, family: Int32) -> String? {
        bytes(text, family: family).flatMap(self.text)
    }

    /// Four or sixteen bytes in network order.
    static func bytes(_ text: String) -> [UInt8]? {
        bytes(text, family: AF_INET) ?? bytes(text, family: AF_INET6)
    }

    private static func bytes(_ text: String, family: Int32) -> [UInt8]? {
        // A C string ends at its first NUL: "10.0.0.1\0.evil" must not become "10.0.0.1".
        guard !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// Four or sixteen bytes in network order (RFC 5280 §4.2.1.6); anything else is no address.
    static func text(of bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var out = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &out, socklen_t(out.count)) != nil else { return nil }
        return String(
            decoding: out.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

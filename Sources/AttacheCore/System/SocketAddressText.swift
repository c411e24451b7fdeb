// SPDX-License-Identifier: Apache-2.0
// How a socket's address is printed: as people write it in settings.

import Glibc

extension SocketAddress: CustomStringConvertible {
    /// `1.2.3.4:5` · `[::1]:5` · `[fe80::1%2]:5` · `unix:/path` · `unix:@abstract` ·
    /// `unix:` where a client has no name.
    var description: String {
        switch family {
        case AF_INET:
            var address = load(as: sockaddr_in.self)
            return Self.text(AF_INET, &address.sin_addr) + ":\(UInt16(bigEndian: address.sin_port))"
        case AF_INET6:
            var address = load(as: sockaddr_in6.self)
            let scope = address.sin6_scope_id == 0 ? "" : "%\(address.sin6_scope_id)"
            let port = UInt16(bigEndian: address.sin6_port)
            return "[\(Self.text(AF_INET6, &address.sin6_addr))\(scope)]:\(port)"
        case AF_UNIX:
            return "unix:\(unixPath)"
        default:
            return "unknown"
        }
    }

    private static func text(_ family: Int32, _ address: UnsafeRawPointer) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { room in
            guard let text = inet_ntop(family, address, room.baseAddress, socklen_t(room.count))
            else { return "?" }
            return String(cString: text)
        }
    }

    private var unixPath: String {
        withBytes { bytes in
            let path = bytes.dropFirst(Self.pathOffset)
            guard let first = path.first else { return "" }
            // unix(7): an abstract name starts with a NUL and may hold more of them.
            if first == 0 { return path.count > 1 ? "@" + Self.string(path.dropFirst()) : "" }
            return Self.string(path.prefix { $0 != 0 })
        }
    }

    private static func string(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}

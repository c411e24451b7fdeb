// SPDX-License-Identifier: Apache-2.0
// A socket's address as the kernel has it: IPv4, IPv6 or a Unix path, by value.

import CLinux
import Glibc

struct SocketAddress: Sendable {
    private var storage = sockaddr_storage()
    /// Bytes of `storage` that count; 0 before anybody has written there.
    private(set) var length: socklen_t = 0

    /// Names nothing yet; `withMutablePointer` lets the kernel fill it in.
    init() {}

    /// What getaddrinfo answers; nil when it is longer than any address.
    init?(copying address: UnsafePointer<sockaddr>, length: socklen_t) {
        guard length <= Self.room else { return nil }
        withUnsafeMutableBytes(of: &storage) {
            $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
        self.length = length
    }

    /// nil for a name: that is what `Resolver` is for.
    init?(_ address: Address) {
        switch address {
        case .ip(let text, let port, v6: false): self.init(ipv4: text, port: port)
        case .ip(let text, let port, v6: true): self.init(ipv6: text, port: port)
        case .unix(let path): self.init(unixPath: path)
        case .name: return nil
        }
    }

    private init?(ipv4 text: String, port: UInt16) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, text, &address.sin_addr) == 1 else { return nil }
        self.init(bytesOf: address, length: MemoryLayout<sockaddr_in>.size)
    }

    private init?(ipv6 text: String, port: UInt16) {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        guard inet_pton(AF_INET6, text, &address.sin6_addr) == 1 else { return nil }
        self.init(bytesOf: address, length: MemoryLayout<sockaddr_in6>.size)
    }

    private init?(unixPath path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let count = path.utf8.count
        // One byte less than there is room: paths end with a NUL.
        guard count > 0, count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        self.init(bytesOf: address, length: Self.pathOffset + count + 1)
    }

    /// A name that no file stands for: a NUL, then its bytes and no NUL behind them (unix(7)). nil
    /// when it is empty or longer than there is room.
    init?(abstract name: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let count = name.utf8.count
        guard count > 0, count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { room in
            UnsafeMutableRawBufferPointer(rebasing: room.dropFirst()).copyBytes(from: name.utf8)
        }
        self.init(bytesOf: address, length: Self.pathOffset + 1 + count)
    }

    private init<Family>(bytesOf address: Family, length: Int) {
        withUnsafeBytes(of: address) { bytes in
            withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: bytes) }
        }
        self.length = socklen_t(length)
    }

    private static let room = socklen_t(MemoryLayout<sockaddr_storage>.size)
    static let pathOffset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
}

// What system calls want.
extension SocketAddress {
    /// For connect and bind.
    func withPointer<Result>(
        _ body: (UnsafePointer<sockaddr_storage>, socklen_t) -> Result
    ) -> Result {
        withUnsafePointer(to: storage) { body($0, length) }
    }

    /// For accept, getsockname and getpeername, which fill it in.
    mutating func withMutablePointer<Result>(
        _ body: (UnsafeMutablePointer<sockaddr_storage>, UnsafeMutablePointer<socklen_t>) -> Result
    ) -> Result {
        length = Self.room
        return withUnsafeMutablePointer(to: &storage) { pointer in
            withUnsafeMutablePointer(to: &length) { body(pointer, $0) }
        }
    }

    /// AF_INET, AF_INET6, AF_UNIX; AF_UNSPEC when nobody has written there.
    var family: Int32 { length == 0 ? AF_UNSPEC : Int32(storage.ss_family) }

    /// nil where the family has none.
    var port: UInt16? {
        switch family {
        case AF_INET: UInt16(bigEndian: load(as: sockaddr_in.self).sin_port)
        case AF_INET6: UInt16(bigEndian: load(as: sockaddr_in6.self).sin6_port)
        default: nil
        }
    }

    /// Network order: 4 bytes of IPv4, also where a socket for both calls it ::ffff:a.b.c.d; 16 of
    /// IPv6; nil for a Unix socket.
    var ipBytes: [UInt8]? {
        switch family {
        case AF_INET:
            let address = load(as: sockaddr_in.self)
            return withUnsafeBytes(of: address.sin_addr) { Array($0) }
        case AF_INET6:
            let address = load(as: sockaddr_in6.self)
            let bytes = withUnsafeBytes(of: address.sin6_addr) { Array($0) }
            return bytes.starts(with: IPLiteral.mappedIPv4) ? Array(bytes[12...]) : bytes
        default: return nil
        }
    }

    /// Bytes to and from it never leave this machine.
    var isLocal: Bool {
        guard let bytes = ipBytes else { return family == AF_UNIX }
        return bytes.count == 4
            ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// The same address with another port; a Unix path stays what it is.
    func with(port: UInt16) -> SocketAddress {
        switch family {
        case AF_INET:
            var address = load(as: sockaddr_in.self)
            address.sin_port = port.bigEndian
            return SocketAddress(bytesOf: address, length: Int(length))
        case AF_INET6:
            var address = load(as: sockaddr_in6.self)
            address.sin6_port = port.bigEndian
            return SocketAddress(bytesOf: address, length: Int(length))
        default:
            return self
        }
    }

    func load<Family>(as type: Family.Type) -> Family {
        // Aligned: that is what sockaddr_storage is for.
        withUnsafeBytes(of: storage) { $0.load(as: type) }
    }
}

extension SocketAddress: Hashable {
    static func == (a: SocketAddress, b: SocketAddress) -> Bool {
        a.withBytes { a in b.withBytes { b in a.elementsEqual(b) } }
    }

    func hash(into hasher: inout Hasher) {
        withBytes { hasher.combine(bytes: $0) }
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: storage) { body(UnsafeRawBufferPointer(rebasing: $0[..<Int(length)])) }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Where a peer listens or connects, in the words of attache's flags.

import CLinux
import Foundation

public enum Endpoint: Sendable, CustomStringConvertible {
    case tcp(String, UInt16)
    case unix(String)

    public static let anyPort = Endpoint.tcp("127.0.0.1", 0)

    /// `127.0.0.1:80`, `[::1]:80`, `unix:/path`: what the listening line says.
    public init(_ text: String) throws {
        if text.hasPrefix("unix:") {
            self = .unix(String(text.dropFirst(5)))
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[colon...].dropFirst())
        else { throw Failure("not an address: \(text)") }
        self = .tcp(text[..<colon].trimmingCharacters(in: ["[", "]"]), port)
    }

    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    public var port: UInt16 { if case .tcp(_, let port) = self { port } else { 0 } }
    public var isUnix: Bool { if case .unix = self { true } else { false } }

    var family: Int32 {
        switch self {
        case .tcp(let host, _): host.contains(":") ? AF_INET6 : AF_INET
        case .unix: AF_UNIX
        }
    }

    func withAddress<Answer>(
        _ body: (UnsafePointer<sockaddr_storage>, socklen_t) throws -> Answer
    ) throws -> Answer {
        var storage = sockaddr_storage()
        let length = try withUnsafeMutableBytes(of: &storage) { try fill($0) }
        return try body(&storage, length)
    }

    private func fill(_ bytes: UnsafeMutableRawBufferPointer) throws -> socklen_t {
        switch self {
        case .tcp(let host, let port) where family == AF_INET:
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            try parse(host, AF_INET, &address.sin_addr)
            bytes.storeBytes(of: address, as: sockaddr_in.self)
            return socklen_t(MemoryLayout<sockaddr_in>.size)
        case .tcp(let host, let port):
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            try parse(host, AF_INET6, &address.sin6_addr)
            bytes.storeBytes(of: address, as: sockaddr_in6.self)
            return socklen_t(MemoryLayout<sockaddr_in6>.size)
        case .unix(let path):
            guard path.utf8.count < 108 else { throw Failure("socket path too long: \(path)") }
            bytes.storeBytes(of: sa_family_t(AF_UNIX), as: sa_family_t.self)
            bytes[2...].copyBytes(from: path.utf8)
            return socklen_t(3 + path.utf8.count)
        }
    }

    private func parse(_ host: String, _ family: Int32, _ into: UnsafeMutableRawPointer) throws {
        guard inet_pton(family, host, into) == 1 else { throw Failure("not an IP: \(host)") }
    }

    /// The port that the kernel chose for a bound socket.
    static func port(of fd: Int32) throws -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        try checked("getsockname", clinux_address(fd, &storage, &length))
        // The port stands at the same place in sockaddr_in and sockaddr_in6.
        return withUnsafeBytes(of: storage) { $0.load(fromByteOffset: 2, as: UInt16.self) }
            .bigEndian
    }
}

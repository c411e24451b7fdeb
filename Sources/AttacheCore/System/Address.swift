// SPDX-License-Identifier: Apache-2.0
// Where to listen or to connect: an IP address, a name or a Unix path, each as people write it.

import CLinux
import Glibc

/// `host:port` · `[v6]:port` · `unix:/path`.
public enum Address: Sendable, Hashable {
    /// `text` is the canonical form, without brackets.
    case ip(String, port: UInt16, v6: Bool)
    case name(String, port: UInt16)
    case unix(String)

    public typealias Malformed = MalformedText

    public init(parsing text: String) throws(Malformed) {
        if text.hasPrefix("unix:") {
            self = .unix(try Self.unixPath(String(text.dropFirst(5)), in: text))
            return
        }
        guard !text.contains("://") else {
            throw Malformed(
                message: "\"\(text)\" is a URL; write host:port, without a scheme and a path")
        }
        guard let colon = text.lastIndex(of: ":") else {
            throw Malformed(
                message: "\"\(text)\" has no port; write host:port, [v6]:port or unix:/path")
        }
        let portText = text[text.index(after: colon)...]
        guard let port = UInt16(portText), portText.allSatisfy(\.isNumber),
            // "0123" is octal to some and decimal to others.
            port == 0 || !portText.hasPrefix("0")
        else {
            throw Malformed(message: "\"\(portText)\" in \"\(text)\" is not a port (0 to 65535)")
        }
        let host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = String(host.dropFirst().dropLast())
            guard let canonical = IPLiteral.canonical(inner, family: AF_INET6) else {
                throw Malformed(message: "\"\(inner)\" in \"\(text)\" is not an IPv6 address")
            }
            self = .ip(canonical, port: port, v6: true)
        } else if host.contains(":") {
            throw Malformed(message: "\"\(text)\": an IPv6 address goes in brackets, [::1]:port")
        } else if let canonical = IPLiteral.canonical(host, family: AF_INET) {
            self = .ip(canonical, port: port, v6: false)
        } else {
            self = .name(try Self.hostName(host, in: text), port: port)
        }
    }

    private static func unixPath(_ path: String, in text: String) throws(Malformed) -> String {
        let room = MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        if path.isEmpty || path.utf8.contains(0) {
            throw Malformed(message: "\"\(text)\" names no path; write unix:/path")
        }
        if path.utf8.count >= room {
            throw Malformed(
                message: "\"\(path)\" is \(path.utf8.count) bytes long; "
                    + "a Unix socket's path has at most \(room - 1)")
        }
        return path
    }

    /// Letters, digits, hyphens, dots and underscores (SRV-like names have them): what resolvers
    /// take.
    private static func hostName(_ host: String, in text: String) throws(Malformed) -> String {
        if host.isEmpty {
            throw Malformed(
                message: "\"\(text)\" names no host; write 127.0.0.1\(text) or [::]\(text)")
        }
        let allowed = host.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
                || $0 == 45 || $0 == 46 || $0 == 95
        }
        guard allowed, host.utf8.count <= 253 else {
            throw Malformed(message: "\"\(host)\" in \"\(text)\" is not a host name")
        }
        // "127.0.0" or "1.2.3.999" would be taken for a name and fail at the resolver, much later.
        if host.utf8.allSatisfy({ (48...57).contains($0) || $0 == 46 }) {
            throw Malformed(message: "\"\(host)\" in \"\(text)\" is not an IPv4 address")
        }
        return host
    }

    /// The host part, as certificates name it; nil for a Unix socket.
    public var host: String? {
        switch self {
        case .ip(let text, _, _): text
        case .name(let name, _): name
        case .unix: nil
        }
    }

    public var port: UInt16? {
        switch self {
        case .ip(_, let port, _), .name(_, let port): port
        case .unix: nil
        }
    }

    /// Bytes to and from it never leave this machine.
    public var isLocal: Bool {
        switch self {
        case .ip(let text, _, let v6): v6 ? text == "::1" : text.hasPrefix("127.")
        case .name(let name, _): name == "localhost"
        case .unix: true
        }
    }
}

extension Address: CustomStringConvertible {
    public var description: String {
        switch self {
        case .ip(let text, let port, let v6): v6 ? "[\(text)]:\(port)" : "\(text):\(port)"
        case .name(let name, let port): "\(name):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// What may be said of HTTP/2 tunnels, in a file or on a command line; what TLS becomes with them.

import AttacheCore

package enum Tunnels {
    /// Far above what peers allow: 100 to 256 are usual.
    static let streamsMost = 10_000
    static let carriersMost = 64
    /// 65,535 bytes are what RFC 9113 §6.9.2 gives before anything was agreed upon.
    package static let streamWindow = SizeRange(65_535, 16 << 20, leastText: "64KiB")
    package static let connectionWindow = SizeRange(65_535, 256 << 20, leastText: "64KiB")
    package static let memory = SizeRange(65_535, 4 << 30, leastText: "64KiB")
    /// Of all names and values; the other end bounds them too, and says less about it.
    static let headersBytesMax = 8192

    package static func streams(_ text: String) throws(Problem) -> Int {
        try Counts.parse(text, most: streamsMost)
    }

    package static func carriers(_ text: String) throws(Problem) -> Int {
        try Counts.parse(text, most: carriersMost)
    }

    /// `host:port`, as CONNECT names what it asks for (RFC 9110 §9.3.6).
    package static func authority(_ text: String) throws(Problem) -> String {
        let example = "write such as orders.internal:5432"
        if text.hasPrefix("unix:") {
            throw Problem("it is a Unix socket, and a tunnel leads to host:port; \(example)")
        }
        if text.contains("://") {
            throw Problem("it has a scheme, and a tunnel leads to host:port; \(example)")
        }
        if text.contains("@") {
            throw Problem("it has user information, and a tunnel leads to host:port; \(example)")
        }
        if text.contains("/") || text.contains("?") || text.contains("#") {
            throw Problem("it has a path, and a tunnel leads to host:port; \(example)")
        }
        guard text.contains(":") else { throw Problem("it has no port; \(example)") }
        if text.hasPrefix(":") { throw Problem("it has no host; \(example)") }
        guard try Texts.address(text).port != 0 else {
            throw Problem("nobody can be reached at port 0; write the real port")
        }
        return text
    }

    /// Two that a far end takes for the same.
    static func isSame(_ one: String, _ other: String) -> Bool {
        one.lowercased() == other.lowercased()
    }

    /// In lower case, as HTTP/2 wants it (RFC 9113 §8.2).
    package static func headerName(_ text: String) throws(Problem) -> String {
        let name = text.lowercased()
        if name.hasPrefix(":") {
            throw Problem("it is a pseudo-header, which the tunnel sets itself; leave it out")
        }
        guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
            throw Problem("it is not the name of a header; write such as baggage")
        }
        if ofOneConnection.contains(name) {
            throw Problem(
                "it is about one connection or message, and HTTP/2 says that itself; leave it out")
        }
        return name
    }

    package static func headerValue(_ text: String) throws(Problem) -> String {
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
            throw Problem("it has a control character; write one line of text")
        }
        if text.hasPrefix(" ") || text.hasSuffix(" ") {
            throw Problem("it begins or ends with a blank, which no header can; leave that out")
        }
        return text
    }

    /// What is wrong with all of them together.
    package static func complaint(about headers: [TunnelSettings.Header]) -> Problem? {
        let bytes = headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard bytes > headersBytesMax else { return nil }
        return Problem(
            "have \(bytes) bytes, and go with every stream; write at most \(headersBytesMax)")
    }

    /// RFC 9110 §5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte)
            || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    /// RFC 9113 §8.2.2; host and content-length have no place in a CONNECT (§8.5).
    private static let ofOneConnection: Set = [
        "connection", "host", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
        "te", "content-length",
    ]
}

extension CarrierSettings {
    /// The bounds by their keys that are smaller than one stream's window.
    package var belowStreamWindow: [String] {
        [("connection-window", connectionWindow), ("memory", memory)]
            .filter { $0.1 < streamWindow }.map(\.0)
    }
}

extension UpstreamSettings {
    /// HTTP/2 is agreed upon by ALPN; hbone is TLS 1.3 alone.
    package mutating func fitTLSToTunnel() {
        if let tunnel { tls?.shared.fit(tunnel.protocol) }
    }
}

extension ListenerSettings {
    /// The same towards clients.
    package mutating func fitTLSToAccept() {
        if let accept { tls?.shared.fit(accept.protocol) }
    }
}

extension TLSSettings {
    fileprivate mutating func fit(_ protocol: TunnelProtocol) {
        alpn = ["h2"]
        if `protocol` == .hbone { minVersion = .tls13 }
    }
}

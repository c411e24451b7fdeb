// SPDX-License-Identifier: Apache-2.0
// Where load goes to: tcp://host:port, tls://host:port or unix:/path.

import AttacheCore

public struct TargetURL: Sendable, Equatable {
    public let address: Address
    public let isTLS: Bool
    /// As it was written.
    public let text: String

    /// The schemes, for messages and for help.
    public static let forms = "tcp://host:port, tls://host:port, unix:/path"

    public init(parsing text: String) throws(MalformedText) {
        self.text = text
        if text.hasPrefix("unix:") {
            let path = text.hasPrefix("unix:///") ? "unix:" + text.dropFirst(7) : text
            (address, isTLS) = (try Address(parsing: path), false)
            return
        }
        guard let colon = text.firstRange(of: "://") else {
            throw MalformedText(
                message: "\"\(text)\" says not how to speak to it; write \(Self.forms)")
        }
        let scheme = text[..<colon.lowerBound]
        guard scheme == "tcp" || scheme == "tls" else {
            throw MalformedText(
                message: "\"\(scheme)\" in \"\(text)\" is not known; write \(Self.forms)")
        }
        address = try Address(parsing: String(text[colon.upperBound...]))
        isTLS = scheme == "tls"
        if address.port == 0 {
            throw MalformedText(message: "nobody can be reached at port 0 of \"\(text)\"")
        }
    }
}

/// `name=value`, as `--compare direct=tcp://127.0.0.1:6379` and `--pid direct=4711` have it.
public struct Named<Value: Sendable>: Sendable {
    public let name: String
    public let value: Value

    public init(
        parsing text: String, _ parse: (String) throws(MalformedText) -> Value
    ) throws(MalformedText) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
            throw MalformedText(message: "\"\(text)\" has no name; write NAME=VALUE")
        }
        name = String(text[..<sign])
        value = try parse(String(text[text.index(after: sign)...]))
    }
}

// SPDX-License-Identifier: Apache-2.0
// The four ways a session can be plain or TLS on its two sides, and the flags that make each.

import Foundation

public enum Combination: String, CaseIterable, Sendable {
    case plainToPlain, plainToTLS, tlsToPlain, tlsToTLS

    public var clientIsTLS: Bool { self == .tlsToPlain || self == .tlsToTLS }
    public var upstreamIsTLS: Bool { self == .plainToTLS || self == .tlsToTLS }

    /// The command and its TLS flags: mutual TLS wherever there is TLS. `--listen` and `--to` are
    /// the tunnel's.
    public var arguments: [String] {
        get throws {
            switch self {
            case .plainToPlain: ["connect", "--plain"]
            case .plainToTLS: try ["connect"] + Combination.upstreamFlags(prefix: "")
            case .tlsToPlain: try ["terminate"] + Combination.listenerFlags
            case .tlsToTLS:
                try ["terminate", "--to-tls"] + Combination.listenerFlags
                    + Combination.upstreamFlags(prefix: "to-")
            }
        }
    }

    private static var listenerFlags: [String] {
        get throws {
            try PKI.identity("server")
                + ["--client-ca", PKI.certificate("ca"), "--allow", "dns:client.test"]
        }
    }

    private static func upstreamFlags(prefix: String) throws -> [String] {
        try PKI.identity("client", prefix: prefix)
            + ["--\(prefix)ca", PKI.certificate("ca"), "--\(prefix)server-name", "localhost"]
    }
}

public enum Network: String, CaseIterable, Sendable {
    case tcp, unix
}

public enum Direction: String, CaseIterable, Sendable {
    /// From the client to the upstream, and back.
    case up, down
}

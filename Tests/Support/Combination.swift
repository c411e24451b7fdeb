// SPDX-License-Identifier: Apache-2.0
// The four ways a session can be plain or TLS on its two sides, and the flags that make each.

import Foundation

public enum Combination: String, CaseIterable, Sendable {
    case plainToPlain, plainToTLS, tlsToPlain, tlsToTLS
    /// Two daemons: `connect --tunnel`, and behind it `terminate --accept`.
    case plainToTunnel

    /// What one daemon is enough for.
    public static let direct = allCases.filter { !$0.isTunnel }

    public var isTunnel: Bool { self == .plainToTunnel }
    /// What the peers of the test speak: a tunnel ends within the daemons.
    public var clientIsTLS: Bool { self == .tlsToPlain || self == .tlsToTLS }
    public var upstreamIsTLS: Bool { self == .plainToTLS || self == .tlsToTLS }

    /// The command and its TLS flags: mutual TLS wherever there is TLS. `--listen` and `--to` are
    /// the tunnel's. Of two daemons it is the one that clients come to.
    public var arguments: [String] {
        get throws {
            switch self {
            case .plainToPlain: ["connect", "--plain"]
            case .plainToTLS: try ["connect"] + Combination.upstreamFlags(prefix: "")
            case .tlsToPlain: try ["terminate"] + Combination.listenerFlags
            case .tlsToTLS:
                try ["terminate", "--to-tls"] + Combination.listenerFlags
                    + Combination.upstreamFlags(prefix: "to-")
            case .plainToTunnel:
                try ["connect", "--tunnel", "h2-connect", "--authority", Combination.authority]
                    + Combination.upstreamFlags(prefix: "")
            }
        }
    }

    /// What a tunnel asks for.
    public static let authority = "service.test:5432"

    /// The other end of a tunnel; what each authority leads to.
    public static func terminator(_ routes: [String: Endpoint]) throws -> [String] {
        try ["terminate", "--listen", "127.0.0.1:0", "--accept", "h2-connect"] + listenerFlags
            + routes.sorted { $0.key < $1.key }.flatMap { ["--authorities", "\($0)=\($1)"] }
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

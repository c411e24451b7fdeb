// SPDX-License-Identifier: Apache-2.0
// The line that the daemon writes at a session's end, as a struct; a key it must have and has not
// fails to decode.

import Foundation

public struct SessionLine: Decodable, Sendable {
    public struct TLS: Decodable, Sendable {
        public let version: String
        public let cipher: String
        public let resumed: Bool
        public let alpn: String?
        public let peer: String?
    }

    public let time: String
    public let session: Int
    public let worker: Int?
    public let listener: String
    public let client: String
    public let upstream: String
    public let endpoint: String?
    public let closedBy: String
    public let phase: String
    public let reason: String
    private let explanation: String?
    public let retryable: Bool
    public let attempts: Int?
    public let bytesUp: Int
    public let bytesDown: Int
    public let durationMs: Double
    public let acceptTlsMs: Double?
    public let resolveMs: Double?
    public let connectMs: Double?
    public let tlsMs: Double?
    public let tunnelMs: Double?
    public let authority: String?
    public let carrier: Int?
    public let clientTls: TLS?
    public let upstreamTls: TLS?

    /// Empty where all went well: the key is absent then.
    public var message: String { explanation ?? "" }

    enum CodingKeys: String, CodingKey {
        case time, session, worker, listener, client, upstream, endpoint, closedBy, phase, reason
        case explanation = "message"
        case retryable, attempts, bytesUp, bytesDown, durationMs
        case acceptTlsMs, resolveMs, connectMs, tlsMs, clientTls, upstreamTls
        case tunnelMs, authority, carrier
    }

    public init(_ line: String) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(SessionLine.self, from: Data(line.utf8))
        } catch {
            throw Failure("not a session line: \(line)\n\(error)")
        }
    }
}

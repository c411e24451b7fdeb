// SPDX-License-Identifier: Apache-2.0
// A client's way through a tunnel to a target, with attache at one end of it and a stranger at the
// other.

import Foundation
import Support

/// Everybody shows and expects names as SPIFFE gives them: near is `workload`, far is `gateway`.
struct Passage {
    static let authority = "db.internal:5432"
    static let protocols = ["h2-connect", "hbone"]

    /// Where clients come in.
    let entry: Endpoint
    /// Where they get to.
    let target: Listener
    let daemon: Daemon

    func connect() throws -> Peer { try Peer.connect(to: entry) }

    /// A session with both its ends, in mid-stream.
    func open() throws -> Tunnel.Pair {
        let client = try connect()
        let pair = Tunnel.Pair(client: client, upstream: try target.accept())
        try pair.client.exchange("hello", with: pair.upstream)
        try pair.upstream.exchange("yes?", with: pair.client)
        return pair
    }

    /// `attache connect`, one worker: what is counted is counted once.
    static func originating(
        to end: Endpoint, protocol name: String = "h2-connect", own: String? = "workload",
        expecting peer: String = "spiffe://test/gateway", flags: [String] = []
    ) throws -> [String] {
        let identity = try own.map { try PKI.identity($0) } ?? []
        return try [
            "connect", "--listen", "127.0.0.1:0", "--to", "\(end)", "--tunnel", name,
            "--authority", authority, "--ca", PKI.certificate("ca"), "--allow", "uri:\(peer)",
            "--workers", "1",
        ] + identity + flags
    }

    /// `attache terminate` with one authority.
    static func terminating(
        at target: Endpoint, protocol name: String = "h2-connect", own: String = "gateway",
        allowing peer: String = "spiffe://test/workload", flags: [String] = []
    ) throws -> [String] {
        try [
            "terminate", "--listen", "127.0.0.1:0", "--accept", name,
            "--authorities", "\(authority)=\(target)", "--client-ca", PKI.certificate("ca"),
            "--allow", "uri:\(peer)", "--workers", "1",
        ] + PKI.identity(own) + flags
    }

    // MARK: What all strangers must be able to do

    /// So many bytes both ways at once, every one compared; then the client ends, then the target.
    static func exchange(_ pair: Tunnel.Pair, bytes: Int = 4 << 20) throws {
        func carry(_ seed: UInt64, _ source: Peer, _ sink: Peer) -> [Background<Void>] {
            [
                Background { try source.send(RandomStream(seed: seed), bytes: bytes) },
                Background { try sink.expect(RandomStream(seed: seed), bytes: bytes) },
            ]
        }
        let both = carry(21, pair.client, pair.upstream) + carry(22, pair.upstream, pair.client)
        for transfer in both { try transfer.value() }
        try end(pair)
    }

    static func end(_ pair: Tunnel.Pair) throws {
        try pair.client.finishWriting()
        try demand(try pair.upstream.receiveEnd() == .end, "the client's end was no end")
        try pair.upstream.finishWriting()
        try demand(try pair.client.receiveEnd() == .end, "the target's end was no end")
    }

    static func isAlive(_ pair: Tunnel.Pair) throws {
        try pair.client.exchange("still", with: pair.upstream)
        try pair.upstream.exchange("here", with: pair.client)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Stands between two daemons and hands on what they say: counts their connections, sees which of
// them are still being opened, and cuts them.

import Foundation

public final class Forwarder: @unchecked Sendable {
    private struct Connection {
        let ends: [Peer]
        /// Changes of the side that speaks: hello, certificates, the client's last words of the
        /// handshake, the server's first words after it.
        var flights = 0
        var isOpening: Bool { flights < 4 }
    }

    private let lock = NSLock()
    private var alive: [Int: Connection] = [:]
    private var accepted = 0
    private var openingMost = 0
    private var moved: [Direction: Int] = [:]
    private var service: Service?

    public let endpoint: Endpoint

    public init(to target: Endpoint) throws {
        let listener = try Listener()
        endpoint = listener.endpoint
        service = Service(on: listener) { [self] in try serve($0, target) }
    }

    private func serve(_ client: Peer, _ target: Endpoint) throws {
        let server = try Peer.connect(to: target)
        defer { server.close() }
        let number = begin([client, server])
        defer { end(number) }
        let back = Background { [self] in pass(.down, server, client, number) }
        pass(.up, client, server, number)
        try back.value(within: .seconds(120))
    }

    private func pass(_ direction: Direction, _ from: Peer, _ to: Peer, _ number: Int) {
        // A carrier may be silent for as long as its test likes.
        from.patience = .seconds(120)
        let ending = try? from.receiveAll {
            note(direction, $0.count, number)
            try to.send($0)
        }
        if ending == .end { try? to.finishWriting() } else { to.abandon() }
    }

    /// Accepted so far.
    public var connections: Int { lock.withLock { accepted } }
    /// That have not ended.
    public var open: Int { lock.withLock { alive.count } }
    /// The most whose opening was under way at once.
    public var openingAtOnce: Int { lock.withLock { openingMost } }
    /// Handed on so far.
    public func bytes(_ direction: Direction) -> Int { lock.withLock { moved[direction] ?? 0 } }

    /// Ends every connection in both directions, as a cable that was pulled and noticed: without a
    /// word of TLS or HTTP/2.
    public func cut() {
        for end in lock.withLock({ alive.values.flatMap(\.ends) }) { end.abandon() }
    }

    /// Until then it holds itself.
    public func stop() {
        service?.stop()
        service = nil
        cut()
    }

    private func begin(_ ends: [Peer]) -> Int {
        lock.withLock {
            accepted += 1
            alive[accepted] = Connection(ends: ends)
            openingMost = max(openingMost, alive.values.count(where: \.isOpening))
            return accepted
        }
    }

    /// Before the bytes go on: whoever acts on them finds them noted.
    private func note(_ direction: Direction, _ count: Int, _ number: Int) {
        lock.withLock {
            moved[direction, default: 0] += count
            guard let flights = alive[number]?.flights else { return }
            let isClients = flights % 2 == 0
            if isClients == (direction == .up) { alive[number]?.flights += 1 }
        }
    }

    private func end(_ number: Int) { lock.withLock { alive[number] = nil } }
}

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

    public init(to target: Endpoint) throws {
        service = Service(on: try Listener()) { [weak self] client in
            let server = try Peer.connect(to: target)
            let number = self?.begin([client, server])
            let back = Background {
                Self.pass(.down, server, client) { self?.note($0, $1, number) }
            }
            Self.pass(.up, client, server) { self?.note($0, $1, number) }
            try back.value()
            self?.end(number)
            server.close()
        }
    }

    public var endpoint: Endpoint { service!.listener.endpoint }

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

    public func stop() {
        service?.stop()
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
    private func note(_ direction: Direction, _ count: Int, _ number: Int?) {
        lock.withLock {
            moved[direction, default: 0] += count
            guard let number, let flights = alive[number]?.flights else { return }
            let isClients = flights % 2 == 0
            if isClients == (direction == .up) { alive[number]?.flights += 1 }
        }
    }

    private func end(_ number: Int?) { lock.withLock { if let number { alive[number] = nil } } }

    private static func pass(
        _ direction: Direction, _ from: Peer, _ to: Peer, _ note: (Direction, Int) -> Void
    ) {
        // A carrier may be silent for as long as its test likes.
        from.patience = .seconds(120)
        let ending = try? from.receiveAll {
            note(direction, $0.count)
            try to.send($0)
        }
        if ending == .end { try? to.finishWriting() } else { to.abandon() }
    }
}

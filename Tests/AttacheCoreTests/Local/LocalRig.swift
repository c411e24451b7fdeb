// SPDX-License-Identifier: Apache-2.0
// A session's relay between a fake client and a local side, moved only when one of them said so: a
// wake-up that is forgotten leaves it standing.

import Testing

@testable import AttacheCore

final class LocalRig: SideOwner {
    let client: FakeSide
    private let side: any Side
    private(set) var relay = Relay()
    private var due = Relay.Due.all
    private let scratch = AttacheCore.Scratch()
    private let pipes = PipePool(limit: 0)
    private(set) var turns = 0

    init(_ service: LocalService, client: FakeSide = FakeSide()) {
        self.client = client
        side = service.side()
        side.owner = self
    }

    func wake() { due = .all }
    func arrived(_ bytes: RawSpan, from side: any Side) {}

    /// The client sends; how far that goes.
    @discardableResult
    func send(_ bytes: [UInt8]) -> String { hear(client.feed(bytes)) }
    @discardableResult
    func finish() -> String { hear(client.end(.clean)) }
    @discardableResult
    func take(_ count: Int) -> String { hear(client.hunger(count)) }

    /// Turns until nobody has anything to say, or until so many were made.
    func hear(_ news: News, turns limit: Int = 10_000) -> String {
        due.add(news, from: .client)
        var said = "asleep"
        for _ in 0..<limit where !due.isEmpty {
            let concerned = due
            due = []
            turns += 1
            let step = relay.move(
                concerned, client: client, upstream: side, scratch: scratch, pipes: pipes)
            if case .usedUp = step { due = .all }
            said = step.said
            if case .waiting = step { continue }
            if case .usedUp = step { continue }
            due = []
        }
        return said
    }
}

/// A request: its order, and zeros up to its length.
func request(_ order: WorkOrder) -> [UInt8] {
    order.bytes + [UInt8](repeating: 0, count: Int(order.up) - WorkOrder.byteCount)
}

/// What a client sends, by a name that a test can show.
struct Sent: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]

    init(_ name: String, _ bytes: some Sequence<UInt8>) {
        testDescription = name
        self.bytes = Array(bytes)
    }
}

// SPDX-License-Identifier: Apache-2.0
// A relay between two fake sides, driven as a session drives it: only what an event concerned is
// moved.

import Testing

@testable import AttacheCore

final class RelayRig {
    let client: FakeSide
    let upstream: FakeSide
    private(set) var relay = Relay()
    private var due = Relay.Due.all
    private let scratch = AttacheCore.Scratch()
    private let pipes = PipePool(limit: 0)

    init(_ client: FakeSide = FakeSide(), _ upstream: FakeSide = FakeSide()) {
        self.client = client
        self.upstream = upstream
    }

    /// What one of the sides told.
    func hear(_ news: News, from party: Relay.Party) { due.add(news, from: party) }

    /// One turn.
    func turn() -> String {
        let concerned = due
        due = []
        let step = relay.move(
            concerned, client: client, upstream: upstream, scratch: scratch, pipes: pipes)
        if case .usedUp = step { due = .all }
        return step.said
    }

    /// Turns until nothing is used up any more.
    func settle() -> String {
        for _ in 0..<100_000 {
            let said = turn()
            if said != "used up" { return said }
        }
        Issue.record("the relay never comes to rest")
        return "endless"
    }

    /// A pushing side brings bytes.
    func push(_ bytes: [UInt8], from party: Relay.Party, connected: Bool = true) {
        let side = party == .client ? client : upstream
        relay.arrived(
            bytes.span.bytes, from: side, client: client, upstream: connected ? upstream : nil)
    }
}

extension Relay.Step {
    /// "waiting", "used up", "done", "abort upstream: reset".
    var said: String {
        switch self {
        case .waiting: "waiting"
        case .usedUp: "used up"
        case .done: "done"
        case .abort(let victim, let how): "abort \(victim): \(how)"
        }
    }
}

/// SplitMix64: the same seed gives the same run on every machine.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { withUnsafeBytes(of: next()) { bytes += $0 } }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

/// Bytes whose every stretch tells where it belongs.
func pattern(_ count: Int, from start: Int = 0) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { room, used in
        var at = start
        while at < start + count {
            room[at - start] = UInt8(truncatingIfNeeded: at ^ at >> 8 ^ at >> 16)
            at += 1
        }
        used = count
    }
}

/// Where two long streams part; nil where they do not. (`==` in #expect would print both, for
/// minutes.)
func difference(_ got: [UInt8], _ expected: [UInt8]) -> String? {
    if got == expected { return nil }
    let at = zip(got, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    return "\(got.count) bytes for \(expected.count), the first wrong one at \(at ?? -1)"
}

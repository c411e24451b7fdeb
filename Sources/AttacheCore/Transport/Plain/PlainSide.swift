// SPDX-License-Identifier: Apache-2.0
// A side whose bytes are the socket's bytes: TCP or Unix, nothing in between.

final class PlainSide: Side {
    // The session owns its sides and clears this when it closes.
    unowned(unsafe) var owner: (any SideOwner)?
    private let wire: Socket

    init(_ socket: Socket) { wire = socket }

    func note(_ events: UInt32) -> News { wire.note(events) }
    func open() -> Opened { .ready }

    func pull(into room: inout OutputRawSpan) -> Pulled { wire.receive(into: &room) }
    var dry: Bool { !wire.readable }
    func delivered(_ count: Int) {}

    func room(for wanted: Int) -> Int { wire.room(for: wanted) }

    func offer(_ bytes: RawSpan) -> Offered {
        bytes.withUnsafeBytes { bytes in wire.send(bytes).map(Offered.took) ?? .dead }
    }

    func finish() -> Bool {
        wire.shutdownWrite()
        return true
    }

    var aborted: Bool { wire.aborted }
    func abort(alerting: Bool) {}
    var undelivered: Int { wire.unacknowledged }

    func close(abortively: Bool) {
        if abortively { wire.lingerZero() }
        owner = nil
    }

    var socket: Socket? { wire }
    var isPlain: Bool { true }
    var failure: SideFailure? { nil }
    var wasTruncated: Bool { false }
    var negotiated: TLSNegotiated? { nil }
}

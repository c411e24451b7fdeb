// SPDX-License-Identifier: Apache-2.0
// What all sides have in common that end in this process: no socket, no handshake, nothing that
// could break.

protocol LocalSide: Side {}

extension LocalSide {
    func note(_ events: UInt32) -> News { [] }
    func open() -> Opened { .ready }
    func delivered(_ count: Int) {}

    var aborted: Bool { false }
    func abort(alerting: Bool) {}
    var undelivered: Int { 0 }
    func close(abortively: Bool) { owner = nil }

    var socket: Socket? { nil }
    var isPlain: Bool { false }
    var failure: SideFailure? { nil }
    var wasTruncated: Bool { false }
    var negotiated: TLSNegotiated? { nil }
}

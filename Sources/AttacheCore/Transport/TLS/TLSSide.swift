// SPDX-License-Identifier: Apache-2.0
// A side whose bytes travel in TLS records over a socket of its own.

final class TLSSide: Side {
    // The session owns its sides and clears this when it closes.
    unowned(unsafe) var owner: (any SideOwner)?
    let end: TLSEnd

    init(_ end: TLSEnd) { self.end = end }

    func note(_ events: UInt32) -> News { end.note(events) }
    func open() -> Opened { end.open() }

    func pull(into room: inout OutputRawSpan) -> Pulled { end.pull(into: &room) }
    var dry: Bool { end.dry }
    func delivered(_ count: Int) {}

    func room(for wanted: Int) -> Int { end.room(for: wanted) }
    func offer(_ bytes: RawSpan) -> Offered { bytes.withUnsafeBytes { end.offer($0) } }
    func finish() -> Bool { end.finish() }

    var aborted: Bool { end.aborted }
    func abort(alerting: Bool) { end.abort(alerting: alerting) }
    var undelivered: Int { end.undelivered }

    func close(abortively: Bool) {
        end.close(abortively: abortively)
        owner = nil
    }

    var socket: Socket? { end.socket }
    var isPlain: Bool { false }
    var failure: SideFailure? { end.failure?.side }
    var wasTruncated: Bool { end.wasTruncated }
    var negotiated: TLSNegotiated? { end.negotiated }
}

extension TLSFailure {
    /// As sessions and dials tell failures apart.
    var side: SideFailure {
        let kind: SideFailure.Kind =
            switch reason {
            case .certificateRefused: .certificateRefused
            case .ownCertificateRefused: .ownCertificateRefused
            default: .protocolFailure
            }
        return SideFailure(kind: kind, message: message)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Why a dial came to nothing.

import Glibc

extension UpstreamSettings {
    /// What a dial has in all.
    fileprivate var dialTime: Duration { connectTimeout + handshakeTimeout }
}

struct DialFailure: Error, Sendable {
    let stage: Dial.Stage
    let reason: CloseReason
    /// For people: what happened, at which address, and where it helps what to do.
    let message: String
    /// It was ours: no descriptor, no memory, no port.
    var isOurs: Bool { reason == .outOfResources }

    /// Of several addresses that were tried.
    func last(of attempts: Int) -> DialFailure {
        DialFailure(
            stage: stage, reason: reason,
            message: "none of \(attempts) attempts succeeded; the last: \(message)")
    }

    static func resolving(_ failure: ResolveFailure) -> DialFailure {
        DialFailure(stage: .resolving, reason: .resolveFailed, message: failure.message)
    }

    static func connecting(_ address: SocketAddress, _ error: Errno) -> DialFailure {
        let isOurs = error.isExhaustion || error.code == EADDRNOTAVAIL
        let hint =
            switch error.code {
            case ECONNREFUSED: ": nothing listens there"
            case ENOENT: ": no such socket file"
            case EADDRNOTAVAIL: ": no local port is free for one more connection to it"
            default: ""
            }
        return DialFailure(
            stage: .connecting, reason: isOurs ? .outOfResources : .connectFailed,
            message: "cannot connect to \(address): \(error)\(hint)")
    }

    static func connectTimeout(_ what: String, after limit: Duration) -> DialFailure {
        DialFailure(
            stage: .connecting, reason: .connectTimeout,
            message: "no answer from \(what) within \(limit.text) (connect)")
    }

    static func resolveTimeout(_ name: String, after limit: Duration) -> DialFailure {
        DialFailure(
            stage: .resolving, reason: .connectTimeout,
            message:
                "the name servers did not answer for \"\(name)\" within \(limit.text) (connect)")
    }

    static func securing(_ address: SocketAddress, _ failure: SideFailure) -> DialFailure {
        let reason = failure.reason(otherwise: .handshakeFailed)
        return DialFailure(
            stage: .securing, reason: reason, message: "\(failure.message) (at \(address))")
    }

    static func handshakeTimeout(_ address: SocketAddress, after limit: Duration) -> DialFailure {
        DialFailure(
            stage: .securing, reason: .handshakeTimeout,
            message: "\(address) did not finish the TLS handshake within \(limit.text) (handshake)")
    }

    /// The carrier came to nothing, or went before the far end answered.
    static func carrier(
        _ failure: SideFailure, _ address: SocketAddress, _ stage: Dial.Stage
    ) -> DialFailure {
        DialFailure(
            stage: stage, reason: failure.reason(otherwise: .carrierLost),
            message: "\(failure.message) (at \(address))")
    }

    static func refused(
        _ address: SocketAddress, _ authority: String, _ refusal: TunnelRefusal
    ) -> DialFailure {
        DialFailure(
            stage: .tunnelling, reason: .tunnelRefused,
            message: "the far end at \(address) did not connect us to \(authority): "
                + "it answered \(refusal.explanation)")
    }

    static func unprocessed(_ address: SocketAddress) -> DialFailure {
        DialFailure(
            stage: .tunnelling, reason: .tunnelRefused,
            message: "the far end at \(address) takes no more streams (REFUSED_STREAM, or GOAWAY)")
    }

    static func noAnswer(
        _ address: SocketAddress, _ authority: String, within settings: UpstreamSettings
    ) -> DialFailure {
        DialFailure(
            stage: .tunnelling, reason: .connectTimeout,
            message: "the far end at \(address) did not say within \(settings.dialTime.text) "
                + "(connect + handshake) whether it reaches \(authority)")
    }

    static func noCarrier(
        _ endpoint: Address, _ stage: Dial.Stage, within settings: UpstreamSettings
    ) -> DialFailure {
        DialFailure(
            stage: stage, reason: .connectTimeout,
            message: "no carrier to \(endpoint) had room within \(settings.dialTime.text) "
                + "(connect + handshake)")
    }

    static func outOfMemory(_ stage: Dial.Stage) -> DialFailure {
        DialFailure(
            stage: stage, reason: .outOfResources, message: "no memory for one more connection")
    }
}

// SPDX-License-Identifier: Apache-2.0
// What OpenSSL's callbacks write down, and how they find where to write.

import COpenSSL

/// One a worker, empty between two `SSL_*` calls: who makes the call reads it right after, so what
/// is in it belongs to that connection. Callbacks touch nothing else that can change.
struct TLSInbox {
    /// Why the verification that ran during the call refused the peer.
    var refusal: CertificateRefusal?
    /// Sessions the upstream gave us, newest last, one reference each: for `TicketStore.put`.
    var tickets: [OpaquePointer] = []
    /// The fatal alert that went out during the call.
    var alertSent: Alert?
    /// What a client offered by ALPN when nothing of it was ours.
    var offeredProtocols: [UInt8] = []

    init() {}

    /// A server may send tickets by the thousand; more than one endpoint may keep are not taken.
    var takesTickets: Bool { tickets.count < Limits.ticketsPerEndpointMax }
}

/// Places at OpenSSL's objects where pointers of ours hang.
enum ExtraData {
    private static let inbox = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nil, nil, nil, nil)
    private static let refusesTicket = CRYPTO_get_ex_new_index(
        CRYPTO_EX_INDEX_SSL, 0, nil, nil, nil, nil)
    private static let trustedUntil = CRYPTO_get_ex_new_index(
        CRYPTO_EX_INDEX_SSL_SESSION, 0, nil, nil, nil, nil)

    static func setInbox(_ ssl: OpaquePointer, _ value: UnsafeMutablePointer<TLSInbox>) -> Bool {
        SSL_set_ex_data(ssl, inbox, value) == 1
    }

    /// The worker's inbox outlives every SSL of that worker, and only that worker drives them.
    static func inbox(of ssl: OpaquePointer?) -> UnsafeMutablePointer<TLSInbox>? {
        SSL_get_ex_data(ssl, inbox)?.assumingMemoryBound(to: TLSInbox.self)
    }

    static func setRefusesTicket(_ ssl: OpaquePointer) -> Bool {
        SSL_set_ex_data(ssl, refusesTicket, UnsafeMutableRawPointer(bitPattern: 1)) == 1
    }

    static func refusesTicket(_ ssl: OpaquePointer?) -> Bool {
        SSL_get_ex_data(ssl, refusesTicket) != nil
    }

    /// Where the pointer would be stands a number: nothing to free, and OpenSSL copies it from a
    /// session to the next one of the same peer.
    static func setTrustedUntil(_ session: OpaquePointer?, _ moment: Moment) {
        let value = UnsafeMutableRawPointer(bitPattern: max(moment.seconds, 1))
        // Out of memory: the session has no such bound then, and its peer's own dates remain.
        _ = SSL_SESSION_set_ex_data(session, trustedUntil, value)
    }

    /// The earliest end of validity in the chain and the lists that this session was verified by.
    static func trustedUntil(_ session: OpaquePointer?) -> Moment? {
        SSL_SESSION_get_ex_data(session, trustedUntil).map { Moment(seconds: Int(bitPattern: $0)) }
    }
}

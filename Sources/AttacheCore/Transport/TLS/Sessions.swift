// SPDX-License-Identifier: Apache-2.0
// Sessions as OpenSSL hands them over: into the listener's cache, or to the worker's inbox.

import COpenSSL

/// SSL_CTX_sess_set_new_cb of a server: the cache has the session already; it must forget it when
/// the certificate behind it, or a list that cleared it, ends. Then a client makes a full
/// handshake, with the new certificate that it may have by now, instead of being refused.
/// Answers 0: no reference is kept.
func boundServerSession(_: OpaquePointer?, _ session: OpaquePointer?) -> Int32 {
    guard let end = ExtraData.trustedUntil(session) else { return 0 }
    let left = max(end.seconds - Moment.now.seconds, 0)
    if left < SSL_SESSION_get_timeout(session) { SSL_SESSION_set_timeout(session, left) }
    return 0
}

/// SSL_CTX_sess_set_new_cb of a client. Answers 1: the reference is ours now.
func takeTicket(_ ssl: OpaquePointer?, _ session: OpaquePointer?) -> Int32 {
    guard let session, let inbox = ExtraData.inbox(of: ssl), inbox.pointee.takesTickets
    else { return 0 }
    inbox.pointee.tickets.append(session)
    return 1
}

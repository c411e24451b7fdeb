// SPDX-License-Identifier: Apache-2.0
// Sessions an upstream gave us, kept until a dial resumes one: one store a worker and upstream.

import COpenSSL

/// Not thread-safe, and has no need to be. What is in here was made under one `TLSContext`, so
/// under one set of authorities, names and identity; a new context begins with an empty store.
final class TicketStore {
    /// Owns one reference to each session. Newest last.
    private var sessions: [String: [OpaquePointer]] = [:]

    /// Endpoints change their addresses for ever; far more than one upstream has at a time.
    private static let endpointsMax = 256

    init() {}

    deinit {
        for list in sessions.values { list.forEach(SSL_SESSION_free) }
    }

    /// Takes over one reference.
    ///
    /// - Parameter endpoint: address, SNI and expected name as far as they differ within the
    ///   upstream: who asks with the same text is content with the same peer.
    func put(_ session: OpaquePointer, endpoint: String) {
        guard Self.ends(session) > .now else {
            SSL_SESSION_free(session)
            return
        }
        if sessions[endpoint] == nil, sessions.count >= Self.endpointsMax { makeRoom() }
        sessions[endpoint, default: []].append(session)
        while let list = sessions[endpoint], list.count > Limits.ticketsPerEndpointMax {
            sessions[endpoint]?.removeFirst()
            SSL_SESSION_free(list[0])
        }
    }

    /// The newest that still counts, with one reference for the caller (SSL_set_session takes its
    /// own, so free it afterwards). One of TLS 1.3 leaves the store: used twice it would link two
    /// connections to an onlooker (RFC 8446 §C.4). One of TLS 1.2 is a session, and stays.
    func take(endpoint: String) -> OpaquePointer? {
        guard var list = sessions[endpoint] else { return nil }
        let now = Moment.now
        while let session = list.popLast() {
            guard SSL_SESSION_is_resumable(session) == 1, Self.ends(session) > now else {
                SSL_SESSION_free(session)
                continue
            }
            if SSL_SESSION_get_protocol_version(session) < TLS1_3_VERSION {
                SSL_SESSION_up_ref(session)
                list.append(session)
            }
            sessions[endpoint] = list.isEmpty ? nil : list
            return session
        }
        sessions[endpoint] = nil
        return nil
    }

    /// All sessions kept, over all endpoints.
    var count: Int { sessions.values.reduce(0) { $0 + $1.count } }

    /// Forgets the endpoint whose newest session ends first: nobody has dialled it for longest.
    private func makeRoom() {
        let oldest = sessions.min { left, right in
            Self.ends(left.value.last) < Self.ends(right.value.last)
        }
        guard let oldest else { return }
        oldest.value.forEach(SSL_SESSION_free)
        sessions[oldest.key] = nil
    }

    /// The first of: its own time-out, the server's lifetime hint, the end of the peer's
    /// certificate, and the end of anything else that the peer was verified by.
    private static func ends(_ session: OpaquePointer?) -> Moment {
        guard let session else { return Moment(seconds: 0) }
        var seconds = SSL_SESSION_get_timeout(session)
        // TLS 1.3: 0 says "do not keep it"; TLS 1.2: 0 says nothing (RFC 5077 §3.3), and session
        // ids come without any hint.
        let hint = Int(clamping: SSL_SESSION_get_ticket_lifetime_hint(session))
        let is13 = SSL_SESSION_get_protocol_version(session) >= TLS1_3_VERSION
        if is13 || hint > 0 { seconds = min(seconds, hint) }
        let own = Moment(seconds: SSL_SESSION_get_time(session) + seconds)
        let peer = SSL_SESSION_get0_peer(session).flatMap { Certificate($0).notAfter }
        return [own, peer, ExtraData.trustedUntil(session)].compactMap { $0 }.min() ?? own
    }
}

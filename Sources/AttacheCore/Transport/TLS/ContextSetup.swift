// SPDX-License-Identifier: Apache-2.0
// How a TLS context is set up: versions, suites, sessions, callbacks.

import COpenSSL

extension TLSContext {
    /// AES-128 first: 8 % less CPU a byte than AES-256, and no weaker where it matters.
    private static let suites13 =
        "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    /// Forward secrecy and authenticated encryption only (RFC 9325 §4.2).
    private static let suites12 =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        + "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
        + "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
    /// 112 bits, so RSA from 2048 on. Said here: the library's default depends on its version and
    /// on openssl.cnf.
    private static let securityLevel: Int32 = 2

    /// Without its clean-up at exit, which would free what workers still use when a second signal
    /// ends the process at once.
    private static let libraryIsReady = OPENSSL_init_ssl(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1

    /// What both roles share, still without certificates. Groups, unless set, are the library's:
    /// where it knows X25519MLKEM768, that is on. nil: OpenSSL makes none.
    static func bare(_ settings: TLSSettings, _ findings: inout TLSMaterial.Findings) -> Owned? {
        guard libraryIsReady, let raw = SSL_CTX_new(TLS_method()) else {
            findings.problems.append(
                ConfigurationProblem(
                    "OpenSSL makes no TLS context: \(OpenSSLError.first())",
                    remedy: "Look at its configuration (openssl.cnf, OPENSSL_CONF) and at memory."))
            return nil
        }
        let context = Owned(raw) { SSL_CTX_free($0) }
        SSL_CTX_set_security_level(raw, securityLevel)
        guard
            attache_ssl_ctx_versions(
                raw, settings.minVersion.number, settings.maxVersion.number) == 1,
            SSL_CTX_set_ciphersuites(raw, suites13) == 1,
            SSL_CTX_set_cipher_list(raw, suites12) == 1
        else {
            findings.problems.append(
                ConfigurationProblem(
                    "OpenSSL does not know our TLS versions or suites: \(OpenSSLError.first())",
                    remedy: "OpenSSL 3.0 or later with its default provider is needed."))
            return nil
        }
        AlgorithmLists(settings, into: raw).check(&findings)
        // SSL_OP_IGNORE_UNEXPECTED_EOF stays off: an end without close_notify is not clean.
        SSL_CTX_clear_options(raw, ATTACHE_OP_IGNORE_UNEXPECTED_EOF)
        // Compressing a certificate anew in each handshake costs 150 us on 3.5 and saves bytes
        // that fit into the same packets.
        SSL_CTX_set_options(
            raw,
            ATTACHE_OP_NO_RENEGOTIATION | ATTACHE_OP_NO_COMPRESSION
                | ATTACHE_OP_NO_CERTIFICATE_COMPRESSION)
        // Idle connections hold no buffers; the chain sent is the file's, not one that is searched
        // for, verified and completed with the root in each handshake (a quarter of its cost).
        // No partial writes: the staging takes every record, and one SSL_write then seals many.
        attache_ssl_ctx_mode(
            raw,
            Int(
                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                    | SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN))
        SSL_CTX_set_info_callback(raw, noteAlert)
        return context
    }

    /// Sessions are remembered here, in one bounded cache for all workers, and clients get a key
    /// to it: on OpenSSL 3.0 a ticket that carries the session itself, with the client's
    /// certificate, costs more to decode than it saves.
    func becomeServer(listener: String, resumes: Bool) throws(ConfigurationProblem) {
        installChoice()
        SSL_CTX_set_options(raw, ATTACHE_OP_NO_TICKET | ATTACHE_OP_CIPHER_SERVER_PREFERENCE)
        attache_ssl_ctx_cache(
            raw, Int(resumes ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF),
            Limits.serverSessionsMax)
        SSL_CTX_set_timeout(raw, Limits.serverSessionSeconds)
        // One a handshake: each is used once and brings the next one.
        SSL_CTX_set_num_tickets(raw, resumes ? 1 : 0)
        let id = sessionContext(listener: listener)
        for context in contexts {
            guard SSL_CTX_set_session_id_context(context.raw, id, UInt32(id.count)) == 1 else {
                throw ConfigurationProblem(
                    "OpenSSL takes no session id context: \(OpenSSLError.first())",
                    remedy: "This is a fault in attache; please report it.")
            }
        }
        SSL_CTX_sess_set_new_cb(raw, boundServerSession)
        SSL_CTX_set_session_ticket_cb(raw, makeTicket, nil, nil)
        for context in contexts where !protocols.names.isEmpty {
            SSL_CTX_set_alpn_select_cb(context.raw, chooseProtocol, callbackArgument)
        }
    }

    /// Sessions go to the worker's inbox and from there to its `TicketStore`.
    func becomeClient() {
        attache_ssl_ctx_cache(
            raw, Int(SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL), -1)
        SSL_CTX_sess_set_new_cb(raw, takeTicket)
        if !protocols.names.isEmpty {
            // 0 is success here, and only here (SSL_CTX_set_alpn_protos(3)); it copies. Checked
            // for shape by ApplicationProtocols, so what is left is memory.
            _ = SSL_CTX_set_alpn_protos(raw, protocols.wire, UInt32(protocols.wire.count))
        }
    }

    func installVerification() {
        let mode =
            switch trust.demand {
            case .nothing: SSL_VERIFY_NONE
            case .optional: SSL_VERIFY_PEER
            case .required: SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
            }
        for context in contexts {
            SSL_CTX_set_cert_verify_callback(context.raw, verifyPeer, callbackArgument)
            SSL_CTX_set_verify(
                context.raw, mode, trust.lists.isEmpty ? nil : missingListIsFine)
        }
    }

    /// Not retained: see the type's comment.
    var callbackArgument: UnsafeMutableRawPointer {
        Unmanaged.passUnretained(self).toOpaque()
    }

    /// A session is resumed only under what it was agreed upon: this listener, these authorities,
    /// lists, names and demands. 32 bytes are the most that OpenSSL takes.
    private func sessionContext(listener: String) -> [UInt8] {
        var text = Array("\(listener)\0\(trust.demand.rawValue)\0".utf8)
        text += Array((trust.policy?.description ?? "").utf8) + [0]
        for digest in trust.digests { text += digest }
        return SHA256.digest(text)
    }
}

extension TLSVersion {
    fileprivate var number: Int32 {
        switch self {
        case .tls12: TLS1_2_VERSION
        case .tls13: TLS1_3_VERSION
        }
    }
}

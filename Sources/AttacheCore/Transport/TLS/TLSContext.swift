// SPDX-License-Identifier: Apache-2.0
// How TLS is spoken on one listener or towards one upstream: made once, shared by all workers.

import COpenSSL

/// Who we are in a handshake.
enum TLSRole: Sendable {
    case server, client

    /// The other one, as sessions call it.
    var peer: String { self == .server ? "the client" : "the upstream" }
    /// What the other one's certificate must be good for.
    var peerUse: String { self == .server ? "a TLS client" : "a TLS server" }
}

/// One SSL_CTX, and for further certificates one each. Unchecked: SSL_CTX may be used from several
/// threads (it counts its references and locks its session cache); everything else in here is
/// written by `init` only.
///
/// Callbacks get a pointer to this object that owns nothing. So who makes connections keeps the
/// context until the last of them is freed; an upstream or listener does, by owning both.
final class TLSContext: @unchecked Sendable {
    let role: TLSRole
    /// At least one; connections begin on the first.
    let contexts: [Owned]
    /// Which of them, by the name that a client asks for.
    let names: CertificateNames
    let trust: PeerTrust
    /// What is shown, the default first; empty: nothing.
    let ownCertificates: [OwnCertificate]
    let protocols: ApplicationProtocols
    let shared: TLSSettings
    /// Of the contents of all files: with equal settings and an equal fingerprint a new context
    /// would be as this one, without its sessions.
    let fingerprint: [UInt8]
    /// What is odd and not forbidden: to be printed once, at start.
    let warnings: [String]
    /// Set by the operator; wins over the endpoint's own name.
    private let serverName: String?
    /// SNI; without it the name is still verified.
    private let sendsServerName: Bool
    /// A client's connections are refused without a name to verify: for a Unix socket one must be
    /// set by `server-name`. To be checked where upstreams are.
    let verifiesHostName: Bool

    /// Not through an array that may end before: `contexts` lives as long as this object.
    let raw: OpaquePointer

    /// For a listener. Its name makes its sessions its own: what was agreed upon with one listener
    /// is not resumed on another.
    convenience init(
        server settings: ServerTLSSettings, listener: String
    ) throws(ConfigurationProblem) {
        try self.init(TLSParts(settings), serverName: nil, verifiesHostName: false)
        try becomeServer(listener: listener, resumes: settings.resumes)
    }

    /// For an upstream.
    convenience init(
        client settings: ClientTLSSettings, sendsServerName: Bool = true
    ) throws(ConfigurationProblem) {
        try self.init(
            TLSParts(settings), serverName: settings.serverName, sendsServerName: sendsServerName,
            verifiesHostName: settings.verify == .hostName)
        becomeClient()
    }

    private init(
        _ parts: TLSParts, serverName: String?, sendsServerName: Bool = true,
        verifiesHostName: Bool
    ) throws(ConfigurationProblem) {
        if let problem = ConfigurationProblem(all: parts.findings.problems) { throw problem }
        guard let first = parts.contexts.first else {
            throw ConfigurationProblem("OpenSSL makes no TLS context")
        }
        role = parts.role
        contexts = parts.contexts
        raw = first.raw
        names = parts.names
        trust = parts.trust
        ownCertificates = parts.own
        protocols = parts.protocols
        shared = parts.shared
        fingerprint = parts.fingerprint
        warnings = parts.findings.warnings
        self.serverName = serverName
        self.sendsServerName = sendsServerName
        self.verifiesHostName = verifiesHostName
        installVerification()
    }

    /// One connection, in accept or connect state, without a BIO; the caller gives it to `free`,
    /// before this context and before `inbox` go.
    ///
    /// - Parameter serverName: the endpoint's host, where it has one: SNI (unless it is an
    ///   address) and, with host names verified, the name that the certificate must be for.
    /// - Returns: nil when memory has run out, or a client has no usable name to verify.
    func connection(
        inbox: UnsafeMutablePointer<TLSInbox>, serverName: String?
    ) -> OpaquePointer? {
        guard let ssl = SSL_new(raw) else { return nil }
        guard ExtraData.setInbox(ssl, inbox),
            role == .server || expect(self.serverName ?? serverName, on: ssl)
        else {
            Self.free(ssl)
            return nil
        }
        if role == .server { SSL_set_accept_state(ssl) } else { SSL_set_connect_state(ssl) }
        return ssl
    }

    /// The end of what `connection` made, however the connection ended.
    ///
    /// A bare SSL_free forgets the session, at both ends of its use (the listener's cache, the
    /// client's ticket), where no close_notify went or came: a rule of TLS 1.0, gone since
    /// RFC 4346 §7.2.1. A client that resets its connections would never be resumed. After a fatal
    /// alert OpenSSL has forgotten the session by itself.
    static func free(_ ssl: OpaquePointer) {
        SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
        SSL_free(ssl)
    }

    private func expect(_ name: String?, on ssl: OpaquePointer) -> Bool {
        // The root's dot is not part of the name in SNI (RFC 6066 §3) nor in certificates.
        guard var name, !name.isEmpty else { return !verifiesHostName }
        if name.hasSuffix(".") { name.removeLast() }
        guard !name.isEmpty, !name.utf8.contains(0) else { return false }
        let ip = IPLiteral.canonical(name)
        if sendsServerName, ip == nil, attache_ssl_sni(ssl, name) != 1 { return false }
        guard verifiesHostName else { return true }
        let expected = SSL_get0_param(ssl)
        X509_VERIFY_PARAM_set_hostflags(
            expected,
            UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
        return if let ip {
            X509_VERIFY_PARAM_set1_ip_asc(expected, ip) == 1
        } else {
            X509_VERIFY_PARAM_set1_host(expected, name, name.utf8.count) == 1
        }
    }

    /// Which of our certificates the peer sees, for messages.
    func shown(on ssl: OpaquePointer) -> OwnCertificate? {
        guard ownCertificates.count > 1, let raw = SSL_get_certificate(ssl) else {
            return ownCertificates.first
        }
        return ownCertificates.first { $0 == OwnCertificate(Certificate(raw), file: $0.file) }
    }

    /// The argument of every callback: never nil, for `init` set it.
    static func of(_ argument: UnsafeMutableRawPointer?) -> TLSContext? {
        argument.map { Unmanaged<TLSContext>.fromOpaque($0).takeUnretainedValue() }
    }
}

// SPDX-License-Identifier: Apache-2.0
// What an operator may decide, as plain values; every default of the product is written here once.

/// Everything that one process needs to know: a generation of settings, immutable. A reload brings
/// the next one.
public struct Settings: Sendable, Equatable {
    /// The operator's socket.
    public enum Admin: Sendable, Equatable {
        /// Nobody speaks of it: whoever starts knows where it goes.
        case byDefault
        case off
        case path(String)
    }

    public var listeners: [ListenerSettings]
    public var upstreams: [UpstreamSettings]
    /// Event loops, one thread each; a reload does not change their number.
    public var workers: Int
    /// How long sessions may run on after SIGTERM.
    public var drain: Duration = .seconds(30)
    public var admin = Admin.byDefault
    public var log = LogSettings()

    public init(listeners: [ListenerSettings], upstreams: [UpstreamSettings], workers: Int) {
        self.listeners = listeners
        self.upstreams = upstreams
        self.workers = workers
    }
}

/// Where clients come in, and what they are connected to.
public struct ListenerSettings: Sendable, Equatable {
    public var name: String
    public var bind: Bind
    /// One socket for IPv6 and IPv4 (`[::]` only). Off: an IPv6 listener serves IPv6 alone.
    public var dualStack = false
    /// Permissions of a Unix socket, set before the first accept.
    public var mode: UInt16 = 0o600
    /// Plaintext from beyond this machine, asked for by its name: `insecure-plaintext-listener`.
    public var insecurePlaintext = false
    /// Absent: clients speak plaintext.
    public var tls: ServerTLSSettings?
    /// The name of one of the upstreams; empty where `accept` tells.
    public var upstream: String
    /// Clients speak HTTP/2 and ask for what they want; then `upstream` counts for nothing.
    public var accept: AcceptSettings?
    /// Which addresses may connect.
    public var sources = SourcePolicy()
    /// Sessions at once; above it clients wait in the kernel's backlog. nil: as many as the
    /// process's descriptors allow.
    public var sessions: Int?
    /// Absolute, over everything before the first byte of the stream.
    public var handshakeTimeout: Duration = .seconds(10)

    public init(name: String, bind: Bind, upstream: String) {
        self.name = name
        self.bind = bind
        self.upstream = upstream
    }

    /// The upstreams that clients can reach by it, each once.
    public var upstreams: [String] {
        guard let accept else { return [upstream] }
        var seen: Set<String> = []
        return accept.authorities.map(\.upstream).filter { seen.insert($0).inserted }
    }
}

/// A service behind us.
public struct UpstreamSettings: Sendable, Equatable {
    public enum Destination: Sendable, Equatable {
        /// In turn; where a dial fails, the next ones.
        case endpoints([Address])
        /// This process itself.
        case local(LocalService)
    }
    public var name: String
    public var destination: Destination
    /// Absent: plaintext.
    public var tls: ClientTLSSettings?
    /// Absent: each session has a connection of its own. Needs `tls`.
    public var tunnel: TunnelSettings?
    /// Resolving and TCP over all addresses of a name.
    public var connectTimeout: Duration = .seconds(5)
    /// TLS, after TCP; a dial has `connectTimeout` + `handshakeTimeout` in all.
    public var handshakeTimeout: Duration = .seconds(10)
    /// No byte in either direction for so long; nil: never.
    public var idleTimeout: Duration?
    /// One direction has ended and the other has not moved for so long; nil: never.
    public var halfCloseTimeout: Duration? = .seconds(300)
    /// From accept to the end, whatever moves; nil: never.
    public var lifetime: Duration?
    /// A peer that acknowledges nothing for so long while output waits is dead.
    public var deadPeer: Duration = .seconds(30)
    /// How long an abort waits, without progress, for what came before it.
    public var abortLinger: Duration = .seconds(1)

    public init(name: String, destination: Destination) {
        self.name = name
        self.destination = destination
    }
}

/// What is logged, how and where to.
public struct LogSettings: Sendable, Equatable {
    public enum Destination: Sendable, Hashable {
        case standardOutput, standardError, none
        /// Appended to; opened again on SIGUSR1.
        case file(String)
    }
    public var format = LogFormat.auto
    /// One line a session, at its end.
    public var access = Destination.standardOutput
    /// Everything else.
    public var events = Destination.standardError
    /// Events below it are not written.
    public var level = LogLevel.info
    /// For single subsystems, in place of `level`.
    public var levels: [Subsystem: LogLevel] = [:]

    public init() {}
}

/// A certificate chain (leaf first, no root) and its key, both PEM files.
public struct Identity: Sendable, Hashable {
    public var certificate: String
    public var key: String
    /// The file whose first line opens an encrypted key.
    public var keyPassphraseFile: String?

    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

public enum TLSVersion: Sendable, Hashable, Comparable {
    case tls12, tls13
}

/// What the end of a TLS stream without close_notify means: an attack or an accident (`abort`),
/// or the habit of a peer that never sends one (`end`).
public enum UncleanEnd: String, Sendable, CaseIterable {
    case abort, end
}

/// What both roles share.
public struct TLSSettings: Sendable, Hashable {
    /// PEM file of revoked certificates; checked for the leaf and its issuers that have a list.
    public var crl: String?
    public var minVersion: TLSVersion = .tls12
    public var maxVersion: TLSVersion = .tls13
    /// Protocol names in order of preference; none in common is refused. Empty: ALPN is not used.
    public var alpn: [String] = []
    public var uncleanEnd: UncleanEnd = .abort
    /// Suites of TLS 1.2 and of TLS 1.3, and groups for the key exchange, in order of preference,
    /// by OpenSSL's names. nil: ours (ContextSetup), and for groups the library's.
    public var ciphers: [String]?
    public var cipherSuites: [String]?
    public var groups: [String]?

    public init() {}
}

/// TLS towards clients.
public struct ServerTLSSettings: Sendable, Equatable {
    public enum ClientCertificate: Sendable, Equatable {
        case off
        case optional(clientCA: String, IdentityPolicy)
        case required(clientCA: String, IdentityPolicy)
    }
    public var shared = TLSSettings()
    /// Chosen by the name a client asks for (SNI); the first is for everybody else.
    public var identities: [Identity]
    public var clientCertificate: ClientCertificate
    /// Off: every handshake is a full one, which is what a benchmark may want.
    public var resumes = true

    public init(identities: [Identity], clientCertificate: ClientCertificate) {
        self.identities = identities
        self.clientCertificate = clientCertificate
    }
}

/// TLS towards an upstream.
public struct ClientTLSSettings: Sendable, Hashable {
    public enum Verify: Sendable, Hashable {
        /// Chain, validity and the host name (or, where it is an IP, the IP SAN).
        case hostName
        /// Chain, validity and one of these names instead of the host name.
        case names(IdentityPolicy)
        /// Nothing at all; the setting is spelled `none-insecure`.
        case noneInsecure
    }
    public var shared = TLSSettings()
    /// PEM file of authorities; nil: the system's store (SSL_CERT_FILE and SSL_CERT_DIR honoured).
    public var ca: String?
    public var identity: Identity?
    /// SNI and the expected name, in place of the host of the endpoint.
    public var serverName: String?
    public var verify: Verify = .hostName
    /// The upstream's key must be one of these, beside everything else. Empty: any.
    public var pins: [KeyPin] = []

    public init() {}
}

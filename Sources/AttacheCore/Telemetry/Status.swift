// SPDX-License-Identifier: Apache-2.0
// How the process is, as an operator asks: plain values, taken at one moment.

/// Times of day are nanoseconds since 1970, spans are nanoseconds.
public struct Status: Sendable {
    public enum State: String, Sendable {
        case serving, draining
    }
    public var state = State.serving
    /// Begins with 1; each reload that succeeds adds 1.
    public var generation = 1
    public var startedNanoseconds: UInt64 = 0
    public var uptimeNanoseconds: UInt64 = 0
    public var workers = 0
    /// Open now, and how many may be.
    public var sessions = 0
    public var sessionLimit = 0
    public var listeners: [ListenerStatus] = []
    public var upstreams: [UpstreamStatus] = []
    public var certificates: [CertificateStatus] = []
    /// nil: nobody has asked for one yet.
    public var lastReload: ReloadStatus?

    public init() {}
}

public struct ListenerStatus: Sendable {
    public var name: String
    /// Where it listens now: `127.0.0.1:5432`.
    public var address: String
    public var upstream: String
    public var isTLS: Bool
    /// `h2-connect`, where clients ask for their way by CONNECT; and their connections that are
    /// open.
    public var tunnel: String?
    public var carriers = 0
    /// nil: only the process's own limit.
    public var sessionLimit: Int?
    /// Handshakes are those with clients.
    public var traffic = TrafficStatus()
    /// Turned away by their address.
    public var refused: UInt64 = 0

    public init(name: String, address: String, upstream: String, isTLS: Bool) {
        self.name = name
        self.address = address
        self.upstream = upstream
        self.isTLS = isTLS
    }
}

public struct UpstreamStatus: Sendable {
    public var name: String
    public var isTLS: Bool
    /// `h2-connect`, where sessions are streams of shared connections; and how many are open.
    public var tunnel: String?
    public var carriers = 0
    /// Handshakes are those with endpoints.
    public var traffic = TrafficStatus()
    public var endpoints: [EndpointStatus] = []

    public init(name: String, isTLS: Bool) {
        self.name = name
        self.isTLS = isTLS
    }
}

public struct EndpointStatus: Sendable {
    /// As configured.
    public var endpoint: String
    public var dials: UInt64 = 0
    public var failures: UInt64 = 0
    public var lastDial: DialStatus?

    public init(endpoint: String) {
        self.endpoint = endpoint
    }
}

public struct DialStatus: Sendable, Equatable {
    public var atNanoseconds: UInt64
    /// nil: it became ready; otherwise what went wrong, as in the session line.
    public var failure: String?
    /// The address tried last; nil where the name had none.
    public var address: String?

    public init(atNanoseconds: UInt64, failure: String?, address: String?) {
        self.atNanoseconds = atNanoseconds
        self.failure = failure
        self.address = address
    }
}

/// A certificate of ours.
public struct CertificateStatus: Sendable {
    public var file: String
    /// `CN=app,O=Corp`
    public var subject: String
    /// `dns:app.internal, uri:spiffe://corp/app`
    public var names: String
    /// `listener tls-edge`, `upstream orders-db`
    public var usedBy: String
    /// Seconds since 1970; nil: the certificate does not tell.
    public var notAfterSeconds: Int?

    public init(
        file: String, subject: String, names: String, usedBy: String, notAfterSeconds: Int?
    ) {
        self.file = file
        self.subject = subject
        self.names = names
        self.usedBy = usedBy
        self.notAfterSeconds = notAfterSeconds
    }
}

public struct ReloadStatus: Sendable {
    public enum Outcome: Sendable, Equatable {
        /// Every worker serves the new generation. What changed, in words: `nothing changed`.
        case reloaded(changes: String)
        /// The old generation stays. One text, with all problems.
        case failed(String)
    }
    public var atNanoseconds: UInt64
    /// The one that is served since.
    public var generation: Int
    public var outcome: Outcome
    /// What the settings that are served say and only a restart brings about, in words:
    /// `workers (2 run)`.
    public var needsRestart: [String]

    public init(
        atNanoseconds: UInt64, generation: Int, outcome: Outcome, needsRestart: [String] = []
    ) {
        self.atNanoseconds = atNanoseconds
        self.generation = generation
        self.outcome = outcome
        self.needsRestart = needsRestart
    }

    /// `workers (2 run) and admin will change when attache is restarted`; nil: nothing waits.
    public var restartNotice: String? {
        if needsRestart.isEmpty { return nil }
        return "\(needsRestart.joined(separator: " and ")) will change when attache is restarted"
    }
}

/// A session that runs.
public struct SessionStatus: Sendable {
    public var session: UInt64
    public var worker: Int
    public var listener: String
    public var upstream: String
    public var client: String
    /// The address that was dialled last.
    public var endpoint: String?
    /// `relaying`, as it follows "while".
    public var phase: String
    public var ageNanoseconds: UInt64
    /// Since the last byte.
    public var idleNanoseconds: UInt64
    public var bytesUp: UInt64
    public var bytesDown: UInt64
    /// Of the client's certificate: subject and names; nil: it showed none.
    public var clientIdentity: String?
    /// The generation of settings it began with.
    public var generation: Int

    public init(
        session: UInt64, worker: Int, listener: String, upstream: String, client: String,
        phase: String, ageNanoseconds: UInt64, idleNanoseconds: UInt64, bytesUp: UInt64,
        bytesDown: UInt64, generation: Int
    ) {
        self.session = session
        self.worker = worker
        self.listener = listener
        self.upstream = upstream
        self.client = client
        self.phase = phase
        self.ageNanoseconds = ageNanoseconds
        self.idleNanoseconds = idleNanoseconds
        self.bytesUp = bytesUp
        self.bytesDown = bytesDown
        self.generation = generation
    }
}

/// What an operator may ask and do while the process serves. Any thread may call; each call returns
/// within seconds.
public protocol Operations: Sendable {
    func status() -> Status
    /// The `limit` sessions that have been open longest, oldest first.
    func sessions(limit: Int) -> [SessionStatus]
    /// Ends a session, told to both its sides as an abort; false: there is none of that number.
    func close(session: UInt64) -> Bool
    /// Returns when every worker serves the new generation, or it was refused.
    func reload() -> ReloadStatus
    /// Begins the drain, as SIGTERM does; false: it runs already.
    func drain() -> Bool
}

// SPDX-License-Identifier: Apache-2.0
// One generation of settings as it is served: files read, sockets bound, everything or nothing.

/// Immutable. A reload makes the next one beside it; sessions keep the parts that they began with.
final class Generation: Sendable {
    /// Where clients come in: one bound socket, and what is behind it.
    struct Door: Sendable {
        let entrance: Entrance
        let socket: ListeningSocket
    }
    let number: Int
    let settings: Settings
    let upstreams: [Upstream]
    let entrances: [Entrance]
    let sockets: Sockets
    let doors: [Door]
    /// For people: what is odd about the files as they are now, also where the material of the
    /// generation before is kept (a certificate has expired since).
    let warnings: [String]

    /// Reads the files and binds what is not bound yet.
    ///
    /// - Parameter old: what is served now; what has not changed is taken over from it, so that
    ///   TLS sessions are resumed over a reload.
    init(_ settings: Settings, after old: Generation? = nil) throws(StartFailure) {
        self.settings = settings
        number = (old?.number ?? 0) + 1
        let contexts: [TLSContext?]
        var warnings: [String] = []
        do throws(ConfigurationProblem) {
            upstreams = try Self.load(settings.upstreams, after: old, &warnings)
            contexts = try Self.contexts(settings.listeners, after: old, &warnings)
        } catch {
            throw StartFailure(error)
        }
        let sockets = try Sockets(settings.listeners, keeping: old)
        var entrances: [Entrance] = []
        var doors: [Door] = []
        for (listener, tls) in zip(settings.listeners, contexts) {
            let destination = try Self.destination(of: listener, upstreams)
            let bound = sockets[listener]
            let entrance = Entrance(
                listener, name: Self.name(listener, bound),
                addresses: bound.map(\.address.description), generation: number, tls: tls,
                destination: destination, tally: old?.tally(of: listener.name) ?? ListenerTally())
            entrances.append(entrance)
            doors += bound.map { Door(entrance: entrance, socket: $0) }
        }
        self.sockets = sockets
        self.entrances = entrances
        self.doors = doors
        var seen: Set<String> = []
        self.warnings = warnings.filter { seen.insert($0).inserted }
    }

    private static func destination(
        of listener: ListenerSettings, _ upstreams: [Upstream]
    ) throws(StartFailure) -> Entrance.Destination {
        let byName = Dictionary(upstreams.map { ($0.name, $0) }) { first, _ in first }
        func upstream(_ name: String) throws(StartFailure) -> Upstream {
            if let upstream = byName[name] { return upstream }
            throw StartFailure(
                message: "the listener \(listener.name) leads to \(name), and there is no "
                    + "upstream of that name; name one that is there",
                exitCode: ExitCode.configuration)
        }
        guard let accept = listener.accept else {
            return .upstream(try upstream(listener.upstream))
        }
        guard listener.tls != nil else {
            throw StartFailure(
                message: "the listener \(listener.name) accepts tunnels, which go through TLS, "
                    + "and has none; add tls",
                exitCode: ExitCode.configuration)
        }
        var known: [String: Upstream] = [:]
        for route in accept.authorities {
            known[route.authority.lowercased()] = try upstream(route.upstream)
        }
        return .authorities(known)
    }

    /// Of what was served: so that who asks for its status keeps no socket open.
    init(withoutSockets other: Generation) {
        number = other.number
        settings = other.settings
        upstreams = other.upstreams
        entrances = other.entrances
        sockets = Sockets()
        doors = []
        warnings = other.warnings
    }

    /// This one is served from now on. Answers what could not be done, for people.
    func takeOver() -> [String] {
        for upstream in upstreams {
            if case .endpoints(let all) = upstream.settings.destination { upstream.tally.keep(all) }
        }
        return doors.compactMap { door in
            door.socket.setMode(door.entrance.settings.mode).map { "\(door.entrance.name): \($0)" }
        }
    }

    private static func load(
        _ settings: [UpstreamSettings], after old: Generation?, _ warnings: inout [String]
    ) throws(ConfigurationProblem) -> [Upstream] {
        var loaded: [Upstream] = []
        for upstream in settings {
            let before = old?.upstreams.first { $0.name == upstream.name }
            let now = try Upstream(upstream, tally: before?.tally ?? UpstreamTally())
            warnings += now.tls?.warnings ?? []
            if let before, now.isSame(as: before) {
                loaded.append(before)
            } else {
                loaded.append(now)
            }
        }
        return loaded
    }

    private static func contexts(
        _ listeners: [ListenerSettings], after old: Generation?, _ warnings: inout [String]
    ) throws(ConfigurationProblem) -> [TLSContext?] {
        var contexts: [TLSContext?] = []
        for listener in listeners {
            guard let tls = listener.tls else {
                contexts.append(nil)
                continue
            }
            let now = try TLSContext(server: tls, listener: listener.name)
            warnings += now.warnings
            let before = old?.entrances.first { $0.settings.name == listener.name }
            let isSame = before?.settings.tls == tls && before?.tls?.fingerprint == now.fingerprint
            contexts.append(isSame ? before?.tls : now)
        }
        return contexts
    }

    /// Of `connect` and its like, whose listeners have no name of their own: where it is bound.
    private static func name(_ listener: ListenerSettings, _ bound: [ListeningSocket]) -> String {
        guard listener.name == listener.bind.description else { return listener.name }
        return bound.first?.address.description ?? listener.name
    }

    private func tally(of listener: String) -> ListenerTally? {
        entrances.first { $0.settings.name == listener }?.tally
    }
}

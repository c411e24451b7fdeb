// SPDX-License-Identifier: Apache-2.0
// The bound sockets of one generation, by the address that they were asked for.

/// A reload keeps a socket whose address is named again, whatever else changes: its backlog is
/// not lost.
struct Sockets: Sendable {
    private var bound: [Bind: [ListeningSocket]] = [:]

    subscript(_ bind: Bind) -> [ListeningSocket] { bound[bind] ?? [] }

    /// None.
    init() {}

    /// Binds all that `old` has not bound; where one cannot be bound, none is.
    init(_ listeners: [ListenerSettings], keeping old: Generation?) throws(StartFailure) {
        for listener in listeners {
            let before = old?.settings.listeners.first { $0.bind == listener.bind }
            guard let old, let before else {
                let sockets = try Self.bind(listener, beside: old)
                try Binding.refusePlaintext(listener, on: sockets)
                bound[listener.bind] = sockets
                continue
            }
            guard before.dualStack == listener.dualStack else {
                throw StartFailure(
                    message: "\(listener.name): dual-stack of \(listener.bind) cannot change while "
                        + "it listens; restart attache, or leave it as it was",
                    exitCode: ExitCode.configuration)
            }
            try Binding.refusePlaintext(listener, on: old.sockets[listener.bind])
            bound[listener.bind] = old.sockets[listener.bind]
        }
    }

    private static func bind(
        _ listener: ListenerSettings, beside old: Generation?
    ) throws(StartFailure) -> [ListeningSocket] {
        do throws(StartFailure) {
            return try Binding.bind(listener)
        } catch {
            guard let own = old?.owner(overlapping: listener.bind) else { throw error }
            throw StartFailure(
                message: "\(listener.name): \(listener.bind) overlaps \(own.settings.bind), where "
                    + "this process listens already (\(own.name)), and a socket cannot be moved "
                    + "without a gap; restart attache, or name another port",
                exitCode: ExitCode.configuration)
        }
    }
}

extension Generation {
    /// Whoever of us stands on the same port, where one of the two is every address.
    fileprivate func owner(overlapping bind: Bind) -> Entrance? {
        guard let wanted = bind.address, let port = wanted.port, port != 0 else { return nil }
        return entrances.first { entrance in
            guard let own = entrance.settings.bind.address, own.port == port else { return false }
            let every: Set<String?> = ["0.0.0.0", "::"]
            return every.contains(own.host) || every.contains(wanted.host)
        }
    }
}

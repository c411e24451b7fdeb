// SPDX-License-Identifier: Apache-2.0
// The bound sockets of one generation, by the address that they were asked for.

/// A reload keeps a socket whose address is named again, whatever else changes: its backlog is
/// not lost.
struct Sockets: Sendable {
    private struct Key: Hashable {
        let bind: Bind
        /// nil: the address alone says which socket is meant. At port 0 each listener has another.
        let listener: String?

        init(_ listener: ListenerSettings) {
            bind = listener.bind
            self.listener = listener.bind.address?.port == 0 ? listener.name : nil
        }
    }
    private var bound: [Key: [ListeningSocket]] = [:]

    subscript(_ listener: ListenerSettings) -> [ListeningSocket] { bound[Key(listener)] ?? [] }

    /// None.
    init() {}

    /// Binds all that `old` has not bound; where one cannot be bound, none is.
    init(_ listeners: [ListenerSettings], keeping old: Generation?) throws(StartFailure) {
        for listener in listeners {
            guard let old, let before = Self.predecessor(of: listener, listeners, in: old) else {
                let sockets = try Self.bind(listener, beside: old)
                try Binding.refusePlaintext(listener, on: sockets)
                bound[Key(listener)] = sockets
                continue
            }
            guard before.dualStack == listener.dualStack else {
                throw StartFailure(
                    message: "\(listener.name): dual-stack of \(listener.bind) cannot change while "
                        + "it listens; restart attache, or leave it as it was",
                    exitCode: ExitCode.configuration)
            }
            try Binding.refusePlaintext(listener, on: old.sockets[before])
            bound[Key(listener)] = old.sockets[before]
        }
    }

    /// Whose socket a listener takes over. At port 0 that of its own name; or it was renamed, which
    /// is sure where one name has gone and one has come.
    private static func predecessor(
        of listener: ListenerSettings, _ listeners: [ListenerSettings], in old: Generation
    ) -> ListenerSettings? {
        let before = old.settings.listeners.filter { $0.bind == listener.bind }
        if let same = before.first(where: { Key($0) == Key(listener) }) { return same }
        let now = listeners.filter { $0.bind == listener.bind }
        let gone = before.filter { one in !now.contains { $0.name == one.name } }
        let come = now.filter { one in !before.contains { $0.name == one.name } }
        return gone.count == 1 && come.count == 1 ? gone.first : nil
    }

    private static func bind(
        _ listener: ListenerSettings, beside old: Generation?
    ) throws(StartFailure) -> [ListeningSocket] {
        do throws(StartFailure) {
            return try Binding.bind(listener)
        } catch {
            guard let own = old?.owner(overlapping: listener.bind) else {
                throw error.named(listener)
            }
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

extension StartFailure {
    /// Of many listeners in a file; that of a command line is called as it is bound.
    fileprivate func named(_ listener: ListenerSettings) -> StartFailure {
        if listener.name == listener.bind.description { return self }
        return StartFailure(message: "\(listener.name): \(message)", exitCode: exitCode)
    }
}

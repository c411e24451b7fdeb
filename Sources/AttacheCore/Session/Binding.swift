// SPDX-License-Identifier: Apache-2.0
// From an address as people write it to bound sockets, or a message that says what is in the way.

import Glibc

enum Binding {
    /// A name is looked up once, here; its IPv4 address comes first, as most clients try that.
    static func bind(_ settings: ListenerSettings) throws(StartFailure) -> [ListeningSocket] {
        let bind: Address
        switch settings.bind {
        case .address(let address): bind = address
        case .systemd(let name): return try inherited(name)
        }
        let address = try socketAddress(of: bind)
        do {
            return [
                try ListeningSocket(
                    address, bind, dualStack: settings.dualStack, mode: settings.mode)
            ]
        } catch {
            throw StartFailure(
                message: error.message + hint(error.error, bind),
                exitCode: error.error.code == EACCES || error.error.code == EPERM
                    ? ExitCode.permission : ExitCode.failure)
        }
    }

    private static func inherited(_ name: String) throws(StartFailure) -> [ListeningSocket] {
        do {
            return try InheritedSockets.ofThisProcess.listening(name)
        } catch {
            throw StartFailure(message: error.message, exitCode: ExitCode.failure)
        }
    }

    /// Of the sockets that systemd made: settings do not tell where they are bound.
    static func refusePlaintext(
        _ settings: ListenerSettings, on sockets: [ListeningSocket]
    ) throws(StartFailure) {
        guard settings.tls == nil, !settings.insecurePlaintext, settings.bind.address == nil,
            let open = sockets.first(where: { !$0.address.isLocal })
        else { return }
        throw StartFailure(
            message: "\(settings.bind) is bound to \(open.address), plaintext and open beyond this "
                + "machine: whoever reaches it is served as if it were your program, and anybody "
                + "on the way can read along; let ListenStream= in the socket unit name 127.0.0.1 "
                + "or a path, or say insecure-plaintext-listener",
            exitCode: ExitCode.configuration)
    }

    private static func socketAddress(of bind: Address) throws(StartFailure) -> SocketAddress {
        if let address = SocketAddress(bind) { return address }
        guard case .name(let name, let port) = bind else {
            throw StartFailure(message: "cannot listen on \(bind)", exitCode: ExitCode.failure)
        }
        switch NameLookup.addresses(of: name) {
        case .success(let found):
            let first = found.first { $0.family == AF_INET } ?? found.first
            if let first { return first.with(port: port) }
            throw StartFailure(
                message: "cannot listen on \(bind): the name has no address",
                exitCode: ExitCode.failure)
        case .failure(let why):
            throw StartFailure(
                message: "cannot listen on \(bind): \(why.message)", exitCode: ExitCode.failure)
        }
    }

    private static func hint(_ error: Errno, _ bind: Address) -> String {
        switch error.code {
        case EADDRINUSE where bind.port != nil:
            "; the port is taken, by a listener or a connection that is still closing "
                + "(ss -tanp 'sport = :\(bind.port ?? 0)' shows which): stop it, wait, or choose "
                + "another port"
        case EADDRNOTAVAIL: "; this machine has no such address (ip address shows those it has)"
        case EACCES where (bind.port ?? 1024) < 1024:
            "; ports below 1024 need CAP_NET_BIND_SERVICE (setcap, AmbientCapabilities) or root"
        default: ""
        }
    }
}

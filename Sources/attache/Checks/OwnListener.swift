// SPDX-License-Identifier: Apache-2.0
// An upstream that is our own listener: each session would open another, until nothing is left.

import AttacheCore

enum OwnListener {
    static func refuse(_ listener: ListenerSettings, as endpoints: [Address]) throws(Problem) {
        for endpoint in endpoints where reaches(endpoint, listener) {
            throw Problem(
                "--to \(endpoint) is this process's own listener (--listen \(listener.bind)): "
                    + "every session would open another; name the real service, "
                    + "or listen somewhere else")
        }
    }

    static func reaches(_ endpoint: Address, _ listener: ListenerSettings) -> Bool {
        if case (.unix(let wanted), .unix(let bound)) = (endpoint, listener.bind.address) {
            return plain(wanted) == plain(bound)
        }
        guard let port = endpoint.port, port != 0, port == listener.bind.address?.port,
            let bound = listener.bind.address?.host, let wanted = endpoint.host
        else { return false }
        return wanted == bound || addresses(of: wanted).contains { serves(listener, bound, $0) }
    }

    /// `/run//a` and `/run/./a` are one path.
    private static func plain(_ path: String) -> String {
        let root = path.hasPrefix("/") ? "/" : ""
        return root + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// What a host stands for on this machine; names other than localhost are for the resolver.
    private static func addresses(of host: String) -> [String] {
        switch host {
        case "localhost": ["127.0.0.1", "::1"]
        // Connecting to "any address" reaches this machine.
        case "0.0.0.0": ["127.0.0.1"]
        case "::": ["::1"]
        default: host.hasPrefix("::ffff:") ? [String(host.dropFirst(7))] : [host]
        }
    }

    private static func serves(
        _ listener: ListenerSettings, _ bound: String, _ address: String
    ) -> Bool {
        let loopback4 = address.hasPrefix("127.")
        return switch bound {
        case "0.0.0.0": loopback4
        case "::": address == "::1" || listener.dualStack && loopback4
        default: addresses(of: bound).contains(address)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Which addresses lead to which listeners of this process, by name alone: no resolver is asked.

import AttacheCore

/// As sets of keys: where an endpoint's and a listener's have one in common, the one leads to the
/// other. So a thousand of each are compared by a thousand look-ups.
package enum Reach {
    package static func reaches(_ endpoint: Address, _ listener: ListenerSettings) -> Bool {
        !keys(of: endpoint).isDisjoint(with: keys(of: listener))
    }

    /// Where a client finds the listener. Only loopback of a wildcard: its other addresses are
    /// this machine's, and nobody here knows them.
    package static func keys(of listener: ListenerSettings) -> Set<String> {
        guard let address = listener.bind.address else { return [] }
        var keys = [address.description]
        switch (address.host, address.port) {
        case (_, 0?): return []
        case ("0.0.0.0"?, let port?): keys.append(loopback4(port))
        case ("::"?, let port?):
            keys += ["::1 \(port)"] + (listener.dualStack ? [loopback4(port)] : [])
        case (let host?, let port?): keys += addresses(of: host).map { "\($0) \(port)" }
        default: keys = [plain(address)]
        }
        return Set(keys)
    }

    /// Where a connection to `endpoint` arrives.
    package static func keys(of endpoint: Address) -> Set<String> {
        guard let host = endpoint.host, let port = endpoint.port else { return [plain(endpoint)] }
        let addresses = addresses(of: host)
        var keys = addresses.map { "\($0) \(port)" } + [endpoint.description]
        if addresses.contains(where: { $0.hasPrefix("127.") }) { keys.append(loopback4(port)) }
        return port == 0 ? [] : Set(keys)
    }

    private static func loopback4(_ port: UInt16) -> String { "any 127 \(port)" }

    /// `/run//a` and `/run/./a` are one path.
    package static func plain(_ address: Address) -> String {
        guard case .unix(let path) = address else { return address.description }
        let root = path.hasPrefix("/") ? "/" : ""
        return "unix:" + root
            + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    /// What a host stands for on this machine; names other than localhost are for the resolver.
    package static func addresses(of host: String) -> [String] {
        switch host {
        case "localhost": ["127.0.0.1", "::1"]
        // Connecting to "any address" reaches this machine.
        case "0.0.0.0": ["127.0.0.1"]
        case "::": ["::1"]
        default: host.hasPrefix("::ffff:") ? [String(host.dropFirst(7))] : [host]
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Which addresses a listener takes, and which must be free for it: as the kernel has it.

import AttacheCore

/// What a listener's socket takes for itself, and what may not be taken already.
struct Claims {
    var own: [String] = []
    var conflicts: [String] = []

    init(_ listener: ListenerSettings) {
        guard case .address(let address) = listener.bind else {
            own = [listener.bind.description]
            conflicts = own
            return
        }
        guard let host = address.host, let port = address.port else {
            own = [Reach.plain(address)]
            conflicts = own
            return
        }
        if port == 0 { return }
        switch host {
        case "0.0.0.0": claimAll("4", port)
        case "::":
            claimAll("6", port)
            if listener.dualStack { claimAll("4", port) }
        case let name where address.isName && name != "localhost":
            own = [address.description]
            conflicts = own
        default:
            // A name is bound on its first address, IPv4 before IPv6.
            let address = Reach.addresses(of: host)[0]
            let family = address.contains(":") ? "6" : "4"
            own = ["\(address) \(port)", "some \(family) \(port)"]
            conflicts = ["\(address) \(port)", "all \(family) \(port)"]
        }
    }

    private mutating func claimAll(_ family: String, _ port: UInt16) {
        own += ["all \(family) \(port)", "some \(family) \(port)"]
        conflicts += ["some \(family) \(port)"]
    }
}

extension Address {
    fileprivate var isName: Bool {
        if case .name = self { true } else { false }
    }
}

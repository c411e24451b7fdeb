// SPDX-License-Identifier: Apache-2.0
// Listeners that want the same address, and upstreams that lead back to where they came from.

import AttacheCore

extension Draft {
    /// Those whose address is known for sure.
    private func bound(_ reading: Reading) -> [(Entry<ListenerSettings>, Node)] {
        listeners.compactMap { entry in
            entry.node["bind"].flatMap { reading.isSound($0) ? (entry, $0) : nil }
        }
    }

    func refuseSharedAddresses(_ root: Node, _ reading: inout Reading) {
        var owners: [String: String] = [:]
        for (entry, bind) in bound(reading) {
            let claims = Claims(entry.value)
            if let other = claims.conflicts.lazy.compactMap({ owners[$0] }).first {
                reading.problem(
                    bind, "\(entry.value.bind) is taken: listener \(other) is bound there",
                    remedy: "One address can have one listener: choose another port or path.")
            }
            for claim in claims.own where owners[claim] == nil { owners[claim] = entry.name }
        }
        if case .path(let path) = admin, let node = root["admin"]?["bind"],
            let other = owners[Reach.plain(.unix(path))]
        {
            reading.problem(
                node, "unix:\(path) is taken: listener \(other) is bound there",
                remedy: "Choose another path.")
        }
    }

    /// A chain through another listener of this process is fine; a circle never ends. Upstreams
    /// are followed to upstreams, by the listeners that an endpoint reaches.
    func refuseLoops(_ reading: inout Reading) {
        var doors: [String: ListenerSettings] = [:]
        for (entry, _) in bound(reading) {
            // Where a key has two, they want the same address: that has been said.
            for key in Reach.keys(of: entry.value) where doors[key] == nil {
                doors[key] = entry.value
            }
        }
        func behind(_ endpoint: Address) -> [ListenerSettings] {
            Reach.keys(of: endpoint).sorted().compactMap { doors[$0] }
        }
        let circles = Circles(
            upstreams.reduce(into: [:]) { steps, upstream in
                steps[upstream.name] = upstream.value.endpoints.flatMap(behind).map(\.upstream)
            })
        for upstream in upstreams {
            for (index, endpoint) in upstream.value.endpoints.enumerated() {
                let back = behind(endpoint).first {
                    circles.connects($0.upstream, upstream.name)
                }
                guard let back else { continue }
                reading.problem(
                    upstream.node.nearest("endpoints[\(index)]"),
                    "\(endpoint) is this process's own listener \(back.name), which leads back "
                        + "here: every session would open another, without end",
                    remedy: "Name the real service.")
            }
        }
    }
}

/// What a listener's socket takes for itself, and what may not be taken already.
private struct Claims {
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

/// Which names lie on one circle: those that reach one another.
private struct Circles {
    private var component: [String: Int] = [:]
    private let steps: [String: [String]]

    init(_ steps: [String: [String]]) {
        self.steps = steps
        // Kosaraju: in the order of leaving, then against the arrows. With a stack of its own: a
        // chain may be as long as the file.
        var order: [String] = []
        var seen: Set<String> = []
        for name in steps.keys.sorted() where seen.insert(name).inserted {
            var stack: [(String, Int)] = [(name, 0)]
            while let (here, next) = stack.last {
                let targets = steps[here] ?? []
                if next < targets.count {
                    stack[stack.count - 1].1 += 1
                    if seen.insert(targets[next]).inserted { stack.append((targets[next], 0)) }
                } else {
                    order.append(here)
                    stack.removeLast()
                }
            }
        }
        var back: [String: [String]] = [:]
        for (from, targets) in steps { for to in targets { back[to, default: []].append(from) } }
        for (number, name) in order.reversed().enumerated() where component[name] == nil {
            var stack = [name]
            while let here = stack.popLast() {
                if component[here] != nil { continue }
                component[here] = number
                stack += back[here] ?? []
            }
        }
    }

    /// For a step from `b` to `a`: whether it lies on a circle.
    func connects(_ a: String, _ b: String) -> Bool {
        component[a] != nil && component[a] == component[b]
    }
}

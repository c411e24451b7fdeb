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
                steps[upstream.name] = upstream.value.endpoints.flatMap(behind)
                    .flatMap(upstream.value.next(behind:))
            })
        for upstream in upstreams {
            for (index, endpoint) in upstream.value.endpoints.enumerated() {
                let back = behind(endpoint).first { door in
                    upstream.value.next(behind: door).contains {
                        circles.connects($0, upstream.name)
                    }
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

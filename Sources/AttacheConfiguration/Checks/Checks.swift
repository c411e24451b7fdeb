// SPDX-License-Identifier: Apache-2.0
// What each value alone cannot tell, asked in the order in which one would read a file.

import AttacheCore

extension Draft {
    /// `root`: the whole file. Speaks only of what was read without a problem.
    func check(_ root: Node, _ reading: inout Reading) {
        if listeners.isEmpty, let node = root["listeners"], reading.isSound(node) {
            reading.problem(
                with: node, "there is no listener, so nothing would be done",
                remedy: "Add one, such as orders-db: {bind: 127.0.0.1:5432, upstream: orders-db}.")
        }
        for listener in listeners { listener.check(&reading) }

        let names = upstreams.map(\.name)
        let known = Set(names)
        // Where upstreams cannot be read at all, that has been said already, once.
        if !names.isEmpty || root["upstreams"].map(reading.isSound) == true {
            for (name, node) in listeners.flatMap(\.references) where !known.contains(name) {
                refuseUpstream(name, node, names, &reading)
            }
        }

        var users: [String: [Entry<ListenerSettings>]] = [:]
        for listener in listeners {
            for (name, _) in listener.references { users[name, default: []].append(listener) }
        }
        // A listener whose upstream is mistyped probably meant one that seems unused.
        let isSure =
            !users.isEmpty && users.keys.allSatisfy(known.contains)
            && root["listeners"].map(reading.isSound) == true
        for upstream in upstreams {
            let users = users[upstream.name] ?? []
            if users.isEmpty, isSure {
                reading.note(
                    .warning, upstream.node.keyPlace, upstream.node.path, "no listener leads to it",
                    "Name it as a listener's upstream, or remove it.")
            }
            upstream.check(behindTLS: users.contains { $0.node["tls"] != nil }, &reading)
        }
        refuseSharedAddresses(root, &reading)
        refuseLoops(&reading)
    }

    private func refuseUpstream(
        _ wanted: String, _ node: Node, _ names: [String], _ reading: inout Reading
    ) {
        guard reading.isSound(node) else { return }
        // Who has hundreds has made them by a program; nobody reads them all here.
        let few = Array(names.prefix(100))
        let near = Words.nearest(to: wanted, among: few).map { "Did you mean \($0)?" }
        reading.problem(
            node, "there is no upstream \(Shown.value(wanted))",
            remedy: near
                ?? (few.isEmpty
                    ? "Add it below upstreams." : "There are: \(Array(few.prefix(10)).listed)."))
    }
}

extension Entry<ListenerSettings> {
    /// The upstreams that it names, and where; one may stand there several times.
    var references: [(name: String, node: Node)] {
        var nodes = node["upstream"].map { [$0] } ?? []
        if case .mapping(let pairs) = node["accept"]?["authorities"]?.content {
            nodes += pairs.map(\.value)
        }
        return nodes.compactMap { node in
            if case .text(let name, _) = node.content { (name, node) } else { nil }
        }
    }
}

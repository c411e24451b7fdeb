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
            for listener in listeners where !known.contains(listener.value.upstream) {
                refuseUpstream(of: listener, names, &reading)
            }
        }

        let users = Dictionary(grouping: listeners, by: \.value.upstream)
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
        of listener: Entry<ListenerSettings>, _ names: [String], _ reading: inout Reading
    ) {
        guard let node = listener.node["upstream"], reading.isSound(node) else { return }
        // Who has hundreds has made them by a program; nobody reads them all here.
        let few = Array(names.prefix(100))
        let wanted = listener.value.upstream
        let near = Words.nearest(to: wanted, among: few).map { "Did you mean \($0)?" }
        reading.problem(
            node, "there is no upstream \(Shown.value(wanted))",
            remedy: near
                ?? (few.isEmpty
                    ? "Add it below upstreams." : "There are: \(Array(few.prefix(10)).listed)."))
    }
}

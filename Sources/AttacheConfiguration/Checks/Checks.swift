// SPDX-License-Identifier: Apache-2.0
// What each value alone cannot tell: names that lead nowhere, addresses that meet, loops, exposure.

import AttacheCore

extension Draft {
    /// `root`: the whole file. Speaks only of what was read without a problem.
    func check(_ root: Node, _ reading: inout Reading) {
        if listeners.isEmpty, let node = root["listeners"], reading.isSound(node) {
            reading.problem(
                with: node, "there is no listener, so nothing would be done",
                remedy: "Add one, such as orders-db: {bind: 127.0.0.1:5432, upstream: orders-db}.")
        }
        for listener in listeners { check(listener, &reading) }
        for upstream in upstreams { check(upstream, &reading) }
        refuseSharedAddresses(&reading)
        refuseLoops(&reading)
    }

    private func check(_ entry: Entry<ListenerSettings>, _ reading: inout Reading) {
        let (node, listener) = (entry.node, entry.value)
        if let name = node["upstream"], reading.isSound(name) { find(name, listener, &reading) }
        guard let bind = node["bind"], reading.isSound(bind) else { return }
        let isUnix = if case .address(.unix) = listener.bind { true } else { false }
        let isTCP = if case .address = listener.bind { !isUnix } else { false }
        if isTCP, let mode = node["mode"] {
            reading.problem(
                with: mode, "is for a Unix socket, and \(listener.bind) is none",
                remedy: "Leave it out.")
        }
        if isUnix, let sources = node["sources"] {
            reading.problem(
                with: sources, "is about addresses, and clients of a Unix socket have none",
                remedy: "Leave it out, and say by mode who may connect.")
        }
        if listener.dualStack, let flag = node["dual-stack"], listener.bind.address?.host != "::" {
            reading.problem(
                with: flag, "serves IPv4 on the listener [::], and \(listener.bind) is another",
                remedy: "Bind [::], or leave it out.")
        }
        exposure(bind, listener, hasTLS: node["tls"] != nil, node, &reading)
    }

    private func find(_ name: Node, _ listener: ListenerSettings, _ reading: inout Reading) {
        let names = upstreams.map(\.name)
        guard !names.contains(listener.upstream) else { return }
        let near = Words.nearest(to: listener.upstream, among: names)
        reading.problem(
            name, "there is no upstream \(Shown.value(listener.upstream))",
            remedy: near.map { "Did you mean \($0)?" }
                ?? (names.isEmpty
                    ? "Add it below upstreams."
                    : "There are: \(names.prefix(10).map { $0 }.listed)."))
    }

    private func exposure(
        _ bind: Node, _ listener: ListenerSettings, hasTLS: Bool, _ node: Node,
        _ reading: inout Reading
    ) {
        if hasTLS, listener.insecurePlaintext, let flag = node["insecure-plaintext-listener"] {
            reading.problem(
                with: flag, "asks for plaintext, and there is tls", remedy: "Leave one of them out."
            )
        }
        guard !hasTLS, !listener.insecurePlaintext, listener.bind.address?.isLocal == false else {
            return
        }
        reading.problem(
            bind,
            "\(listener.bind) is plaintext and open beyond this machine: whoever reaches it is "
                + "served as if it were your program, and anybody on the way can read along",
            remedy: "Bind 127.0.0.1 or a Unix socket, add tls, or say "
                + "insecure-plaintext-listener: true.")
    }

    private func check(_ entry: Entry<UpstreamSettings>, _ reading: inout Reading) {
        let (node, upstream) = (entry.node, entry.value)
        let users = listeners.filter { $0.value.upstream == entry.name }
        // A listener whose upstream is mistyped probably meant this one.
        let isMeant = listeners.contains { listener in
            !upstreams.contains { $0.name == listener.value.upstream }
        }
        if users.isEmpty, !isMeant {
            reading.note(
                .warning, node.keyPlace, node.path, "no listener leads to it",
                "Name it as a listener's upstream, or remove it.")
        }
        guard let endpoints = node["endpoints"], reading.isSound(endpoints) else { return }
        if upstream.endpoints.isEmpty {
            reading.problem(
                endpoints, "is empty: there is nowhere to connect to",
                remedy: "Write such as [db.internal:5432].")
        }
        if let tls = upstream.tls {
            nameToVerify(tls, upstream, node, endpoints, &reading)
        } else if node["tls"] == nil {
            if let handshake = node["timeouts"]?["handshake"] {
                reading.warning(handshake, "is about TLS, and there is none with this upstream")
            }
            if users.contains(where: { $0.node["tls"] != nil }) {
                unencrypted(upstream, endpoints, &reading)
            }
        }
    }

    private func nameToVerify(
        _ tls: ClientTLSSettings, _ upstream: UpstreamSettings, _ node: Node, _ endpoints: Node,
        _ reading: inout Reading
    ) {
        guard tls.verify == .hostName, tls.serverName == nil, node["tls"]?["server-name"] == nil,
            node["tls"]?["allow"] == nil,
            let index = upstream.endpoints.firstIndex(where: { $0.host == nil })
        else { return }
        reading.problem(
            endpoints.nearest("[\(index)]"),
            "\(upstream.endpoints[index]) has no host name to verify",
            remedy: "Say who must answer there: tls.server-name: NAME, or tls.allow.")
    }

    private func unencrypted(
        _ upstream: UpstreamSettings, _ endpoints: Node, _ reading: inout Reading
    ) {
        guard let index = upstream.endpoints.firstIndex(where: { !$0.isLocal }) else { return }
        reading.warning(
            endpoints.nearest("[\(index)]"),
            "what clients send encrypted leaves this machine unencrypted",
            remedy: "Add tls to this upstream.")
    }
}

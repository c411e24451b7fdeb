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
        let names = upstreams.map(\.name)
        let known = Set(names)
        // Where there are none at all, that has been said already, once.
        let isListed = !names.isEmpty || root["upstreams"].map(reading.isSound) == true
        for listener in listeners {
            if isListed { find(listener, names, known, &reading) }
            check(listener, &reading)
        }
        let users = Dictionary(grouping: listeners, by: \.value.upstream)
        // A listener whose upstream is mistyped probably meant one that seems unused.
        let isSure =
            !users.isEmpty && users.keys.allSatisfy(known.contains)
            && root["listeners"].map(reading.isSound) == true
        for upstream in upstreams {
            check(upstream, users[upstream.name] ?? [], isSure: isSure, &reading)
        }
        refuseSharedAddresses(root, &reading)
        refuseLoops(&reading)
    }

    private func check(_ entry: Entry<ListenerSettings>, _ reading: inout Reading) {
        let (node, listener) = (entry.node, entry.value)
        guard let bind = node["bind"], reading.isSound(bind) else { return }
        let isUnix = if case .address(.unix) = listener.bind { true } else { false }
        let isTCP = if case .address = listener.bind { !isUnix } else { false }
        if !isUnix, let mode = node["mode"] {
            reading.problem(
                with: mode, "is for a Unix socket of ours, and \(listener.bind) is none",
                remedy: isTCP ? "Leave it out." : "Write SocketMode= into the socket unit.")
        }
        if isUnix, let sources = node["sources"] {
            reading.problem(
                with: sources, "is about addresses, and clients of a Unix socket have none",
                remedy: "Leave it out, and say by mode who may connect.")
        }
        if isTCP, listener.dualStack, let flag = node["dual-stack"],
            listener.bind.address?.host != "::"
        {
            reading.problem(
                with: flag, "serves IPv4 on the listener [::], and \(listener.bind) is another",
                remedy: "Bind [::], or leave it out.")
        }
        exposure(bind, listener, hasTLS: node["tls"] != nil, node, &reading)
    }

    private func find(
        _ listener: Entry<ListenerSettings>, _ names: [String], _ known: Set<String>,
        _ reading: inout Reading
    ) {
        let wanted = listener.value.upstream
        guard !known.contains(wanted), let node = listener.node["upstream"],
            reading.isSound(node)
        else { return }
        // Who has hundreds has made them by a program; nobody reads them all here.
        let few = Array(names.prefix(100))
        let near = Words.nearest(to: wanted, among: few).map { "Did you mean \($0)?" }
        reading.problem(
            node, "there is no upstream \(Shown.value(wanted))",
            remedy: near
                ?? (few.isEmpty
                    ? "Add it below upstreams." : "There are: \(Array(few.prefix(10)).listed)."))
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

    private func check(
        _ entry: Entry<UpstreamSettings>, _ users: [Entry<ListenerSettings>], isSure: Bool,
        _ reading: inout Reading
    ) {
        let (node, upstream) = (entry.node, entry.value)
        if users.isEmpty, isSure {
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

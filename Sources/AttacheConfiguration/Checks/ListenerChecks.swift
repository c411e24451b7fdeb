// SPDX-License-Identifier: Apache-2.0
// Keys of a listener that do not go with its address, and plaintext beyond this machine.

import AttacheCore

extension Entry<ListenerSettings> {
    func check(_ reading: inout Reading) {
        checkAccept(&reading)
        guard let bind = node["bind"], reading.isSound(bind) else { return }
        fit(&reading)
        refusePlaintext(bind, &reading)
    }

    private func fit(_ reading: inout Reading) {
        let bind = value.bind
        let isUnix = if case .address(.unix) = bind { true } else { false }
        let isTCP = !isUnix && bind.address != nil
        if !isUnix, let mode = node["mode"] {
            reading.problem(
                with: mode, "is for a Unix socket of ours, and \(bind) is none",
                remedy: isTCP ? "Leave it out." : "Write SocketMode= into the socket unit.")
        }
        if isUnix, let sources = node["sources"] {
            reading.problem(
                with: sources, "is about addresses, and clients of a Unix socket have none",
                remedy: "Leave it out, and say by mode who may connect.")
        }
        if value.dualStack, bind.address?.host != "::", let flag = node["dual-stack"] {
            reading.problem(
                with: flag, "serves IPv4 on the listener [::], and \(bind) is another",
                remedy: "Bind [::], or leave it out.")
        }
    }

    private func refusePlaintext(_ bind: Node, _ reading: inout Reading) {
        let flag = node["insecure-plaintext-listener"]
        if let flag, value.insecurePlaintext, node["tls"] != nil {
            reading.problem(
                with: flag, "asks for plaintext, and there is tls",
                remedy: "Leave one of them out.")
        }
        let isUnasked =
            flag.map(reading.isSound) ?? reading.lacks("insecure-plaintext-listener", node)
        // What accepts tunnels needs TLS whatever else is said: that is told once.
        guard reading.lacks("tls", node), node["accept"] == nil, !value.insecurePlaintext,
            isUnasked,
            value.bind.address?.isLocal == false
        else { return }
        reading.problem(
            bind,
            "\(value.bind) is plaintext and open beyond this machine: whoever reaches it is "
                + "served as if it were your program, and anybody on the way can read along",
            remedy: "Bind 127.0.0.1 or a Unix socket, add tls, or say "
                + "insecure-plaintext-listener: true.")
    }
}

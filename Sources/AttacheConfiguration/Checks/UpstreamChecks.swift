// SPDX-License-Identifier: Apache-2.0
// Endpoints that nothing can be verified of, and what was encrypted and would not be any more.

import AttacheCore

extension Entry<UpstreamSettings> {
    /// `behindTLS`: clients reach a listener of it encrypted.
    func check(behindTLS: Bool, _ reading: inout Reading) {
        checkTunnel(&reading)
        guard let endpoints = node["endpoints"], reading.isSound(endpoints) else { return }
        if value.endpoints.isEmpty {
            reading.problem(
                endpoints, "is empty: there is nowhere to connect to",
                remedy: "Write such as [db.internal:5432].")
        }
        guard let tls = node["tls"] else {
            guard reading.lacks("tls", node) else { return }
            if let handshake = node["timeouts"]?["handshake"] {
                reading.warning(handshake, "is about TLS, and there is none with this upstream")
            }
            if behindTLS, node["tunnel"] == nil { warnOfPlaintext(endpoints, &reading) }
            return
        }
        if value.tls?.verify == .hostName,
            ["server-name", "allow"].allSatisfy({ reading.lacks($0, tls) })
        {
            refuseNameless(endpoints, &reading)
        }
    }

    private func refuseNameless(_ endpoints: Node, _ reading: inout Reading) {
        guard let index = value.endpoints.firstIndex(where: { $0.host == nil }) else { return }
        reading.problem(
            endpoints.nearest("[\(index)]"), "\(value.endpoints[index]) has no host name to verify",
            remedy: "Say who must answer there: tls.server-name: NAME, or tls.allow.")
    }

    private func warnOfPlaintext(_ endpoints: Node, _ reading: inout Reading) {
        guard let index = value.endpoints.firstIndex(where: { !$0.isLocal }) else { return }
        reading.warning(
            endpoints.nearest("[\(index)]"),
            "what clients send encrypted leaves this machine unencrypted",
            remedy: "Add tls to this upstream.")
    }
}

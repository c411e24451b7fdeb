// SPDX-License-Identifier: Apache-2.0
// What tunnels ask of the keys beside them: TLS, its protocols and versions, client certificates.

import AttacheCore

extension Entry<UpstreamSettings> {
    func checkTunnel(_ reading: inout Reading) {
        guard let tunnel = node["tunnel"] else { return }
        guard let tls = node["tls"] else {
            guard reading.lacks("tls", node) else { return }
            reading.problem(
                with: tunnel, "goes through TLS, and there is none with this upstream",
                remedy: "Add tls: {ca: FILE}, with certificate and key if the far end asks for "
                    + "them; tls: {} trusts the system's authorities.")
            return
        }
        guard let told = value.tls?.shared else { return }
        let isHBONE = value.tunnel?.protocol == .hbone
        tls.refuse(told, besideTunnel: "tunnel", isHBONE: isHBONE, &reading)
        if isHBONE, ["certificate", "key"].allSatisfy({ reading.lacks($0, tls) }) {
            reading.warning(
                tunnel, "hbone knows its clients by their certificates, and there is none to show",
                remedy: "Add tls.certificate: FILE and tls.key: FILE.")
        }
    }
}

extension Entry<ListenerSettings> {
    func checkAccept(_ reading: inout Reading) {
        guard let accept = node["accept"] else { return }
        if let upstream = node["upstream"] {
            reading.problem(
                with: upstream, "stands beside accept, whose authorities say where sessions lead",
                remedy: "Leave one of them out.")
        }
        guard let tls = node["tls"] else {
            guard reading.lacks("tls", node) else { return }
            reading.problem(
                with: accept, "comes in by TLS, and there is none with clients",
                remedy: "Add tls: {certificate: FILE, key: FILE}.")
            return
        }
        guard let told = value.tls else { return }
        let isHBONE = value.accept?.protocol == .hbone
        tls.refuse(told.shared, besideTunnel: "accept", isHBONE: isHBONE, &reading)
        if isHBONE { demandCertificates(told, tls, &reading) }
    }

    private func demandCertificates(
        _ told: ServerTLSSettings, _ tls: Node, _ reading: inout Reading
    ) {
        if reading.lacks("client-ca", tls) {
            reading.problem(
                with: tls, "hbone knows clients by their certificates, and none is asked for",
                remedy: "Add client-ca: FILE, and allow: {uri: [\"spiffe://…\"]}.")
        } else if case .optional = told.clientCertificate {
            reading.problem(
                tls.nearest("client-certificate"),
                "hbone knows clients by their certificates, and optional lets in who has none",
                remedy: "Leave it out: required is the default.")
        }
    }
}

extension Node {
    /// Of a block of TLS.
    fileprivate func refuse(
        _ told: TLSSettings, besideTunnel key: String, isHBONE: Bool, _ reading: inout Reading
    ) {
        if let alpn = self["alpn"], reading.isSound(alpn), told.alpn != ["h2"] {
            reading.problem(
                alpn, "stands beside \(key), which speaks h2 and nothing else",
                remedy: "Leave it out: it is [h2] then.")
        }
        if isHBONE, told.maxVersion < .tls13 {
            reading.problem(
                nearest("max-version"), "leaves out TLS 1.3, which is what hbone speaks",
                remedy: "Leave it out.")
        }
    }
}

extension UpstreamSettings {
    /// The upstreams that its sessions reach next, where one of its endpoints is `listener`.
    func next(behind listener: ListenerSettings) -> [String] {
        guard let accept = listener.accept, let tunnel else { return listener.upstreams }
        return accept.authorities.filter { Tunnels.isSame($0.authority, tunnel.authority) }
            .map(\.upstream)
    }
}

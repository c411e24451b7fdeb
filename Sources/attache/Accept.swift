// SPDX-License-Identifier: Apache-2.0
// Tunnels from clients, from flags to settings; the upstreams that they lead to.

import AttacheConfiguration
import AttacheCore

/// The flags of tunnels from clients.
struct Accept {
    let flags: AcceptFlags
    let carrier: CarrierFlags

    /// nil: nothing was said of them. Upstreams are named by their addresses.
    func settings(insteadOf to: [Address]) throws(Problem) -> AcceptSettings? {
        guard let word = flags.accept else {
            try (flags.given + carrier.given).refuse(without: "--accept")
            return nil
        }
        guard to.isEmpty else {
            throw Problem(
                "--to stands beside --accept, and where sessions lead is said by what they ask "
                    + "for; write --authorities HOST:PORT=\(to[0]) in place of --to")
        }
        guard !flags.authorities.isEmpty else {
            throw Problem(
                "--accept \(word.rawValue) needs to know what clients may ask for; add such as "
                    + "--authorities orders.internal:5432=127.0.0.1:5432")
        }
        var seen: Set<String> = []
        let twice = flags.authorities.first { !seen.insert($0.authority.lowercased()).inserted }
        if let twice {
            throw Problem(
                "--authorities \(twice.authority)=… is said twice (case makes no difference); "
                    + "leave out one of them")
        }
        var accept = AcceptSettings(
            word,
            authorities: flags.authorities.map {
                .init(authority: $0.authority, upstream: $0.address.description)
            })
        accept.carrier = try carrier.settings()
        return accept
    }

    /// Where sessions may lead: authorities with one address share its upstream.
    var upstreams: [UpstreamSettings] {
        var seen: Set<Address> = []
        return flags.authorities.map(\.address).filter { seen.insert($0).inserted }.map {
            UpstreamSettings(name: $0.description, destination: .endpoints([$0]))
        }
    }

    var said: [SaidAddress] { flags.authorities.map { ($0.address, $0.text) } }
}

extension AcceptSettings {
    /// hbone has certificates on both sides.
    func refuseStrangers(_ tls: ServerTLSSettings) throws(Problem) {
        guard `protocol` == .hbone else { return }
        switch tls.clientCertificate {
        case .off:
            throw Problem(
                "--accept hbone knows clients by their certificates, and none is asked for; "
                    + "add --client-ca FILE --allow uri:spiffe://corp/**")
        case .optional:
            throw Problem(
                "--client-certificate optional lets in who has none, and --accept hbone knows "
                    + "clients by their certificates; leave it out")
        case .required: break
        }
    }
}

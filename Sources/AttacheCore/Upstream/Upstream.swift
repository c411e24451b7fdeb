// SPDX-License-Identifier: Apache-2.0
// The service behind listeners, as all workers share it: settings, TLS material, and its tally.

final class Upstream: Sendable {
    let settings: UpstreamSettings
    /// nil: plaintext.
    let tls: TLSContext?
    /// What each session asks with; nil: no tunnel.
    let request: FieldList?
    /// Of the upstream of this name, through all generations.
    let tally: UpstreamTally

    init(
        _ settings: UpstreamSettings, tally: UpstreamTally = UpstreamTally()
    ) throws(ConfigurationProblem) {
        self.settings = settings
        self.tally = tally
        request = settings.tunnel.map(FieldList.init(connectTo:))
        if let tls = settings.tls {
            let isNameless = settings.tunnel?.protocol == .hbone && tls.serverName == nil
            let context = try TLSContext(client: tls, sendsServerName: !isNameless)
            if context.verifiesHostName && tls.serverName == nil { try Self.demandHost(settings) }
            self.tls = context
        } else {
            if settings.tunnel != nil {
                throw ConfigurationProblem(
                    "a tunnel goes through TLS, and there is none with this upstream",
                    remedy: "Add tls, or leave the tunnel out.")
            }
            tls = nil
        }
    }

    var name: String { settings.name }
    /// For people: `plain`, `TLS`, `h2-connect`.
    var spoken: String {
        settings.tunnel?.protocol.rawValue ?? (tls == nil ? "plain" : "TLS")
    }

    /// Nothing but memory tells it from `other`, so tickets and caches of the one serve the other.
    func isSame(as other: Upstream) -> Bool {
        settings == other.settings && tls?.fingerprint == other.tls?.fingerprint
    }

    /// The endpoints, beginning with the one whose turn it is. Empty: it is local.
    func endpointsInTurn() -> [Address] {
        guard case .endpoints(let all) = settings.destination else { return [] }
        guard all.count > 1 else { return all }
        let first = tally.nextTurn(of: all.count)
        return Array(all[first...] + all[..<first])
    }

    /// A Unix socket has no host name that a certificate could be for.
    private static func demandHost(_ settings: UpstreamSettings) throws(ConfigurationProblem) {
        guard case .endpoints(let endpoints) = settings.destination else { return }
        guard let nameless = endpoints.first(where: { $0.host == nil }) else { return }
        throw ConfigurationProblem(
            "\(nameless) has no host name that its certificate could be verified against",
            remedy: "Say which name is expected (server-name), or which names may be (allow).")
    }
}

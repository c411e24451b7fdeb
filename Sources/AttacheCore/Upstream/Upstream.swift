// SPDX-License-Identifier: Apache-2.0
// The service behind a listener, as all workers share it: settings and the TLS material, immutable.

final class Upstream: Sendable {
    let settings: UpstreamSettings
    /// nil: plaintext.
    let tls: TLSContext?

    init(_ settings: UpstreamSettings) throws(ConfigurationProblem) {
        self.settings = settings
        if let tls = settings.tls {
            let context = try TLSContext(client: tls)
            if context.verifiesHostName && tls.serverName == nil { try Self.demandHost(settings) }
            self.tls = context
        } else {
            tls = nil
        }
    }

    var name: String { settings.name }

    /// A Unix socket has no host name that a certificate could be for.
    private static func demandHost(_ settings: UpstreamSettings) throws(ConfigurationProblem) {
        guard case .endpoints(let endpoints) = settings.destination else { return }
        guard let nameless = endpoints.first(where: { $0.host == nil }) else { return }
        throw ConfigurationProblem(
            "\(nameless) has no host name that its certificate could be verified against",
            remedy: "Say which name is expected (server-name), or which names may be (allow).")
    }
}

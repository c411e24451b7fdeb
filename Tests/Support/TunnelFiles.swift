// SPDX-License-Identifier: Apache-2.0
// The two files of a tunnel between two daemons, with their certificates beside them: for tests
// that change one of them and reload.

import Foundation

public struct TunnelFiles: Sendable {
    public let configuration: ConfiguredDaemon.Configuration
    private let profile: String

    /// `profile` is the certificate that this end shows.
    public init(showing profile: String) throws {
        self.profile = profile
        configuration = try ConfiguredDaemon.Configuration("")
        try show(profile)
        try PKI.copy("ca", to: configuration.folder.file("ca.pem"))
    }

    /// Another certificate in the place of the first one.
    public func show(_ other: String) throws {
        try PKI.copyIdentity(other, to: configuration.folder.file(profile))
    }

    private func file(_ name: String) -> String { configuration.folder.file(name) }

    /// The end that clients come to, at the listener `door`. `settings` are more of the tunnel's,
    /// each with a comma before it.
    public func originator(
        to endpoint: Endpoint, authority: String = Combination.authority, settings: String = ""
    ) -> String {
        """
        workers: 1
        listeners:
          door:
            bind: 127.0.0.1:0
            upstream: edge
        upstreams:
          edge:
            endpoints: ["\(endpoint)"]
            tunnel: {protocol: h2-connect, authority: "\(authority)"\(settings)}
            tls:
              ca: \(file("ca.pem"))
              certificate: \(file(profile)).pem
              key: \(file(profile)).key
              server-name: localhost
        """
    }

    /// The end that dials what is asked for: authorities and what each leads to.
    public func terminator(_ routes: [String: Endpoint], settings: String = "") -> String {
        let routes = routes.sorted { $0.key < $1.key }.enumerated()
        let authorities = routes.map { "\"\($1.key)\": service\($0)" }.joined(separator: ", ")
        let upstreams = routes.map { "  service\($0):\n    endpoints: [\"\($1.value)\"]" }
        return """
            workers: 1
            listeners:
              edge:
                bind: 127.0.0.1:0
                accept: {protocol: h2-connect, authorities: {\(authorities)}\(settings)}
                tls:
                  certificate: \(file(profile)).pem
                  key: \(file(profile)).key
                  client-ca: \(file("ca.pem"))
                  allow: {dns: ["client.test", "other.test"]}
            upstreams:
            \(upstreams.joined(separator: "\n"))
            """
    }
}

// SPDX-License-Identifier: Apache-2.0
// attache connect: a plaintext program reaches a TLS service.

import ArgumentParser

struct Connect: TunnelCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let a plaintext program reach a TLS service.",
        usage: "attache connect --listen <address> --to <address> [<options>]",
        discussion: """
            A client of mutual-TLS Redis that speaks no TLS:

              attache connect --listen 127.0.0.1:6379 --to redis.internal:6380 \\
                --ca ca.pem --cert app.pem --key app.key
              redis-cli -p 6379 ping

            Through a gateway that takes CONNECT over HTTP/2:

              attache connect --listen 127.0.0.1:5432 --to gateway.internal:15008 \\
                --tunnel h2-connect --authority orders.internal:5432 \\
                --ca ca.pem --cert app.pem --key app.key

            The upstream's certificate is verified: chain, validity, host name.
            Addresses: host:port, [v6]:port, unix:/path. Times: 250ms, 5s, 1m30s, 1h.
            """)

    static let needs =
        "connect needs --listen and --to, as in "
        + "attache connect --listen 127.0.0.1:6379 --to redis.internal:6380"

    @OptionGroup(title: "Addresses") var listen: ListenFlags
    @OptionGroup(title: "Addresses") var sources: SourceFlags
    @OptionGroup(title: "Addresses") var endpoints: EndpointFlags
    @OptionGroup(title: "Addresses") var plaintext: PlaintextListenerFlags
    @OptionGroup(title: "TLS with the upstream") var plainFlag: PlainFlags
    @OptionGroup(title: "TLS with the upstream") var trust: UpstreamTrustFlags<ConnectUpstream>
    @OptionGroup(title: "TLS with the upstream") var identity: IdentityFlags<ConnectUpstream>
    @OptionGroup(title: "TLS with the upstream") var spoken: SpokenTLSFlags<ConnectUpstream>
    @OptionGroup(title: "Tunnel") var tunnelFlags: TunnelFlags
    @OptionGroup(title: "Tunnel") var carrier: CarrierFlags
    @OptionGroup(title: "Time limits") var connectTime: ConnectTimeFlags
    @OptionGroup(title: "Time limits") var session: SessionFlags
    @OptionGroup(title: "Process") var process: ProcessFlags
    @OptionGroup(title: "Process") var operators: OperatorFlags

    var plain: Bool { plainFlag.plain }
    var tunnel: Tunnel { Tunnel(flags: tunnelFlags, carrier: carrier) }
    var tls: UpstreamTLS<ConnectUpstream> {
        UpstreamTLS(trust: trust, identity: identity, spoken: spoken)
    }
}

struct PlainFlags: ParsableArguments {
    @Flag(help: "No TLS with the upstream at all.")
    var plain = false
}

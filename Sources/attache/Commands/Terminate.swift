// SPDX-License-Identifier: Apache-2.0
// attache terminate: TLS clients reach a service that speaks none.

import ArgumentParser

struct Terminate: TunnelCommand {
    static let configuration = CommandConfiguration(
        abstract: "Let TLS clients reach a service that speaks no TLS.",
        usage: """
            attache terminate --listen <address> (--to <address> | --accept …) \\
                --certificate <file> --key <file> [<options>]
            """,
        discussion: """
            Mutual TLS in front of a Redis that listens on loopback:

              attache terminate --listen 0.0.0.0:6380 --to 127.0.0.1:6379 \\
                --cert server.pem --key server.key \\
                --client-ca clients-ca.pem --allow dns:app.internal

            The other end of connect --tunnel, --authorities for each service:

              attache terminate --listen 0.0.0.0:15008 --accept h2-connect \\
                --authorities orders.internal:5432=127.0.0.1:5432 \\
                --cert server.pem --key server.key \\
                --client-ca clients-ca.pem --allow dns:app.internal

            Without --client-ca every client is let in, encrypted but unknown.
            Addresses: host:port, [v6]:port, unix:/path. Times: 250ms, 5s, 1m30s, 1h.
            """)

    static let needs =
        "terminate needs --listen and --to, as in "
        + "attache terminate --listen 0.0.0.0:6380 --to 127.0.0.1:6379 --cert FILE --key FILE; "
        + "for tunnels --accept and --authorities stand in place of --to"

    @OptionGroup(title: "Addresses") var listen: ListenFlags
    @OptionGroup(title: "Addresses") var sources: SourceFlags
    @OptionGroup(title: "Addresses") var endpoints: EndpointFlags
    @OptionGroup(title: "TLS with clients") var identity: IdentityFlags<Clients>
    @OptionGroup(title: "TLS with clients") var admission: AdmissionFlags
    @OptionGroup(title: "TLS with clients") var spoken: SpokenTLSFlags<Clients>
    @OptionGroup(title: "Tunnel") var acceptFlags: AcceptFlags
    @OptionGroup(title: "Tunnel") var carrier: CarrierFlags
    @OptionGroup(title: "TLS with the upstream") var toTLSFlag: ToTLSFlags
    @OptionGroup(title: "TLS with the upstream") var trust: UpstreamTrustFlags<TerminateUpstream>
    @OptionGroup(title: "TLS with the upstream") var upstreamIdentity:
        IdentityFlags<TerminateUpstream>
    @OptionGroup(title: "TLS with the upstream") var upstreamSpoken:
        SpokenTLSFlags<TerminateUpstream>
    @OptionGroup(title: "Time limits") var connectTime: ConnectTimeFlags
    @OptionGroup(title: "Time limits") var session: SessionFlags
    @OptionGroup(title: "Process") var process: ProcessFlags
    @OptionGroup(title: "Process") var operators: OperatorFlags

    var toTls: Bool { toTLSFlag.toTls }
    var accept: Accept { Accept(flags: acceptFlags, carrier: carrier) }
    var clientTLS: ClientTLS {
        ClientTLS(admission: admission, identity: identity, spoken: spoken)
    }
    var upstreamTLS: UpstreamTLS<TerminateUpstream> {
        UpstreamTLS(trust: trust, identity: upstreamIdentity, spoken: upstreamSpoken)
    }
}

struct ToTLSFlags: ParsableArguments {
    @Flag(help: "Speak TLS with the upstream too.")
    var toTls = false
}

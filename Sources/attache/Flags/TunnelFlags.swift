// SPDX-License-Identifier: Apache-2.0
// HTTP/2 tunnels: towards an upstream, from clients, and the bounds that both have.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

/// Of `connect`.
struct TunnelFlags: ParsableArguments {
    @Option(
        help: .init(
            "Sessions are streams of shared HTTP/2 connections.",
            valueName: "protocol"))
    var tunnel: TunnelProtocol?

    @Option(
        help: .init("What it is asked to connect them to.", valueName: "host:port"),
        transform: Tunnels.authority)
    var authority: String?

    @Option(
        help: .init("Sent with every CONNECT; repeatable.", valueName: "name=value"),
        transform: HeaderChoice.parse)
    var header: [TunnelSettings.Header] = []

    @Option(
        help: .init(
            "Of a worker to an endpoint, if crowded. (default: \(Defaults.tunnel.carriers))",
            valueName: "n"),
        transform: Tunnels.carriers)
    var carriers: Int?

    @Option(
        help: .init(
            Defaults.said("Closed after so long without streams.", Defaults.tunnel.idle),
            valueName: "time|none"),
        transform: TimeLimit.parse)
    var carrierIdle: TimeLimit?

    /// What makes no sense without `--tunnel`.
    var given: [String] {
        ConnectUpstream.given([
            "authority": authority != nil, "header": !header.isEmpty, "carriers": carriers != nil,
            "carrier-idle": carrierIdle != nil,
        ])
    }
}

/// Of `terminate`.
struct AcceptFlags: ParsableArguments {
    @Option(
        help: .init(
            "HTTP/2 from clients.", valueName: "protocol"))
    var accept: TunnelProtocol?

    @Option(
        help: .init(
            "What they may ask for, and where it leads.",
            valueName: "host:port=address"),
        transform: RouteChoice.parse)
    var authorities: [RouteChoice] = []

    /// What makes no sense without `--accept`.
    var given: [String] { Clients.given(["authorities": !authorities.isEmpty]) }
}

/// Of one HTTP/2 connection.
struct CarrierFlags: ParsableArguments {
    @Option(
        help: .init(
            "On one HTTP/2 connection at once. (default: \(Defaults.carrier.streams))",
            valueName: "n"),
        transform: Tunnels.streams)
    var streams: Int?

    @Option(
        help: .init(
            Defaults.said(
                "Bytes of one stream on their way.", bytes: Defaults.carrier.streamWindow),
            valueName: "size"),
        transform: Tunnels.streamWindow.parse)
    var streamWindow: Int?

    @Option(
        help: .init(
            Defaults.said("Of all its streams together.", bytes: Defaults.carrier.connectionWindow),
            valueName: "size"),
        transform: Tunnels.connectionWindow.parse)
    var connectionWindow: Int?

    @Option(
        help: .init(
            Defaults.said("At most streams × stream-window.", bytes: Defaults.carrier.memory),
            valueName: "size"),
        transform: Tunnels.memory.parse)
    var carrierMemory: Int?

    @Option(
        help: .init(
            Defaults.said("Quiet for so long: a PING.", Defaults.carrier.keepalive),
            valueName: "time"),
        transform: Durations.positive)
    var keepalive: Duration?

    @Option(
        help: .init(
            Defaults.said("And no answer: it is lost.", Defaults.carrier.keepaliveTimeout),
            valueName: "time"),
        transform: Durations.positive)
    var keepaliveTimeout: Duration?

    /// What makes no sense without a tunnel.
    var given: [String] {
        Clients.given([
            "streams": streams != nil, "stream-window": streamWindow != nil,
            "connection-window": connectionWindow != nil, "carrier-memory": carrierMemory != nil,
            "keepalive": keepalive != nil, "keepalive-timeout": keepaliveTimeout != nil,
        ])
    }
}

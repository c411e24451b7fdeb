// SPDX-License-Identifier: Apache-2.0
// Which upstream, and how long reaching it may take.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct EndpointFlags: ParsableArguments {
    @Option(
        help: .init(
            "The upstream; several take turns.",
            valueName: "address"),
        transform: Texts.address)
    var to: [Address] = []
}

struct ConnectTimeFlags: ParsableArguments {
    @Option(
        help: .init(
            Defaults.said(
                "Resolving and TCP, all addresses.", Defaults.upstream.connectTimeout),
            valueName: "time"),
        transform: Durations.positive)
    var connect: Duration?
}

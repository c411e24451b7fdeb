// SPDX-License-Identifier: Apache-2.0
// How long a session may be quiet, half closed, alive, or without a sign of life.

import ArgumentParser
import AttacheConfiguration

struct SessionFlags: ParsableArguments {
    @Option(
        help: .init(
            Defaults.said(
                "No byte either way.", Defaults.upstream.idleTimeout),
            valueName: "time|none"),
        transform: TimeLimit.parse)
    var idle: TimeLimit?

    @Option(
        help: .init(
            Defaults.said(
                "One side ended, the other quiet.", Defaults.upstream.halfCloseTimeout),
            valueName: "time|none"),
        transform: TimeLimit.parse)
    var halfClose: TimeLimit?

    @Option(
        help: .init(
            Defaults.said(
                "From accept to the end.", Defaults.upstream.lifetime),
            valueName: "time|none"),
        transform: TimeLimit.parse)
    var lifetime: TimeLimit?

    @Option(
        help: .init(
            Defaults.said(
                "No sign of life while output waits.",
                Defaults.upstream.deadPeer),
            valueName: "time"),
        transform: Durations.positive)
    var deadPeer: Duration?

    @Option(
        help: .init(
            Defaults.said(
                "An abort waits for bytes before it.",
                Defaults.upstream.abortLinger),
            valueName: "time"),
        transform: Durations.zeroOrMore)
    var abortLinger: Duration?
}

// SPDX-License-Identifier: Apache-2.0
// attache bench connect: new connections, and how long each stage of them takes.

import ArgumentParser
import AttacheBench
import AttacheConfiguration
import AttacheCore

struct BenchConnect: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "connect",
        abstract: "New connections, one after the other: resolve, connect, TLS, first answer.",
        usage: "attache bench connect <target> [<options>]",
        discussion: """
            Each connection is dialled, asks once if there is something to ask, and ends in order:

              attache bench connect tls://redis.internal:6380 --ca ca.pem -c 4
              attache bench connect tls://redis.internal:6380 --ca ca.pem -c 4 --no-resume

            Through a proxy a connection reaches the service only with something to ask:
            --request 128, or --payload FILE --expect-line.
            """)
    static let mode = BenchReport.Mode.connect
    static let connectionsByDefault = 4

    @OptionGroup(title: "Targets") var targets: TargetFlags
    @OptionGroup(title: "What is asked") var exchange: ExchangeFlags
    @OptionGroup(title: "Load") var load: LoadFlags
    @OptionGroup(title: "Load") var span: SpanFlags
    @OptionGroup(title: "TLS") var trust: UpstreamTrustFlags<BenchTargets>
    @OptionGroup(title: "TLS") var identity: IdentityFlags<BenchTargets>
    @OptionGroup(title: "TLS") var spoken: SpokenTLSFlags<BenchTargets>
    @OptionGroup(title: "Output") var output: BenchOutputFlags

    func work() throws(Problem) -> (LoadWork, summary: String) {
        guard exchange.isGiven else { return (.connection(nil), "new connections") }
        let asked = try exchange.exchange(seed: load.seed ?? 1)
        return (.connection(asked), "new connections, \(exchange.summary)")
    }

    func measure(turns: Bool) throws(Problem) -> BenchJob.Measure {
        try span.measure(.closed, turns: turns)
    }
}

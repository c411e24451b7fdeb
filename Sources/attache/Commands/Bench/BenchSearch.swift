// SPDX-License-Identifier: Apache-2.0
// attache bench search: the highest rate at which a service is still well.

import ArgumentParser
import AttacheBench
import AttacheConfiguration
import AttacheCore

struct BenchSearch: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "The highest rate at which a condition holds.",
        usage: "attache bench search <target> --keep <condition> [<options>]",
        discussion: """
            Rates are tried, each for a while, and the distance between a good and a bad one is
            halved until it is small:

              attache bench search tcp://127.0.0.1:6379 --payload ping.txt --expect-line \\
                --keep 'p99<5ms' -c 50

            A rate is good when every --keep holds, nothing failed, and no queue was left over.
            """)
    static let mode = BenchReport.Mode.search
    static let connectionsByDefault = 50

    @OptionGroup(title: "Targets") var targets: TargetFlags
    @OptionGroup(title: "What is asked") var exchange: ExchangeFlags
    @Option(
        help: .init("What must hold, such as 'p99<5ms'; repeatable.", valueName: "condition"),
        transform: { try Condition($0) })
    var keep: [Condition] = []
    @Option(
        help: .init("Of a rate. (default: 5s)", valueName: "time"), transform: Durations.positive)
    var trial: Duration?
    @Option(help: .init("The first rate. (default: half of what rr does)", valueName: "n"))
    var from: Double?
    @Option(help: .init("No rate above it is tried.", valueName: "n"))
    var upTo: Double?
    @OptionGroup(title: "Load") var load: LoadFlags
    @OptionGroup(title: "TLS") var trust: UpstreamTrustFlags<BenchTargets>
    @OptionGroup(title: "TLS") var identity: IdentityFlags<BenchTargets>
    @OptionGroup(title: "TLS") var spoken: SpokenTLSFlags<BenchTargets>
    @OptionGroup(title: "Output") var output: BenchOutputFlags

    func work() throws(Problem) -> (LoadWork, summary: String) {
        (.exchange(try exchange.exchange(seed: load.seed ?? 1)), exchange.summary)
    }

    func measure(turns: Bool) throws(Problem) -> BenchJob.Measure {
        guard !turns else { throw Problem("search has one target; leave out --compare") }
        guard !keep.isEmpty else {
            throw Problem("search needs --keep: what must hold? as in --keep 'p99<5ms'")
        }
        for (flag, rate) in [("--from", from), ("--up-to", upTo)] {
            if let rate, !(rate >= 1 && rate <= 1e9) {
                throw Problem("\(flag) is a rate, requests a second from 1")
            }
        }
        return .search(trial: trial ?? .seconds(5), from: from, upTo: upTo)
    }

    func adjust(_ job: inout BenchJob) throws(Problem) {
        let keep = keep
        job.plan.conditions = keep.map(\.text)
        job.isGood = { sample in keep.allSatisfy { $0.breach(of: sample) == nil } }
    }
}

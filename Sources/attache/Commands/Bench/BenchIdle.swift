// SPDX-License-Identifier: Apache-2.0
// attache bench idle: what an open connection costs the process that holds it.

import ArgumentParser
import AttacheBench
import AttacheConfiguration
import AttacheCore

struct BenchIdle: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Memory that open connections cost a process.",
        usage: "attache bench idle <target> --pid <pid> -c <n> [<options>]",
        discussion: """
            Opens a few connections, then all, each with one request and its answer, and compares
            the anonymous memory of the process:

              attache bench idle tcp://127.0.0.1:6379 --pid $(pidof attache) -c 2000 \\
                --payload ping.txt --expect-line

            --stalled: the answer is never read. What does a client cost that takes nothing?
            """)
    static let mode = BenchReport.Mode.idle
    static let connectionsByDefault = 1000

    @OptionGroup(title: "Targets") var targets: TargetFlags
    @OptionGroup(title: "What is asked") var exchange: ExchangeFlags
    @Option(
        help: .init("The few, from which growth counts. (default: a tenth)", valueName: "n"),
        transform: Counted.parse)
    var low: Int?
    @Flag(help: "Answers are not read; ask for large ones: --answer 64MiB.")
    var stalled = false
    @Option(
        help: .init("Before memory is looked at. (default: 2s)", valueName: "time"),
        transform: Durations.zeroOrMore)
    var settle: Duration?
    @OptionGroup(title: "Load") var load: LoadFlags
    @OptionGroup(title: "TLS") var trust: UpstreamTrustFlags<BenchTargets>
    @OptionGroup(title: "TLS") var identity: IdentityFlags<BenchTargets>
    @OptionGroup(title: "TLS") var spoken: SpokenTLSFlags<BenchTargets>
    @OptionGroup(title: "Output") var output: BenchOutputFlags

    func work() throws(Problem) -> (LoadWork, summary: String) {
        let asked = try exchange.exchange(seed: load.seed ?? 1)
        if stalled { return (.stall(asked), "stalled connections, \(exchange.summary)") }
        return (.exchange(asked), "idle connections after \(exchange.summary)")
    }

    func measure(turns: Bool) throws(Problem) -> BenchJob.Measure {
        let all = load.connections ?? Self.connectionsByDefault
        let low = low ?? max(all / 10, 1)
        guard low < all else {
            throw Problem("--low \(low) is not below --connections \(all); nothing would grow")
        }
        guard !targets.processes.isEmpty else {
            throw Problem("idle needs --pid: whose memory is looked at?")
        }
        guard low >= load.threads ?? 1 else {
            throw Problem("--low \(low) is less than a connection for each of --threads")
        }
        return .memory(low: low, settle: settle ?? .seconds(2))
    }
}

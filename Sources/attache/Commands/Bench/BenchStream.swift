// SPDX-License-Identifier: Apache-2.0
// attache bench stream: how many bytes go through, up, down or both ways.

import ArgumentParser
import AttacheBench
import AttacheConfiguration
import AttacheCore

enum StreamChoice: String, CaseIterable, ExpressibleByArgument {
    case up, down, both
}

struct BenchStream: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream",
        abstract: "Throughput: up, down or both ways at once.",
        usage: "attache bench stream <up|down|both> <target> [<options>]",
        discussion: """
            Against attache bench serve, in blocks that are acknowledged, so that what is counted
            has arrived:

              attache bench serve --listen 127.0.0.1:7000
              attache bench stream both tcp://127.0.0.1:7000 -c 4

            --raw sends and reads without an agreement, for services that discard, give or echo.
            """)
    static let mode = BenchReport.Mode.stream
    static let connectionsByDefault = 4

    @Argument(help: .init("Which way.", valueName: "up|down|both"))
    var direction: StreamChoice
    @OptionGroup(title: "Targets") var targets: TargetFlags
    @Option(
        help: .init("Acknowledged at once. (default: 4MiB)", valueName: "size"),
        transform: Sizes.parse)
    var block: UInt64?
    @Flag(help: "No blocks: send and read as fast as it goes.")
    var raw = false
    @OptionGroup(title: "Load") var load: LoadFlags
    @OptionGroup(title: "Load") var span: SpanFlags
    @OptionGroup(title: "TLS") var trust: UpstreamTrustFlags<BenchTargets>
    @OptionGroup(title: "TLS") var identity: IdentityFlags<BenchTargets>
    @OptionGroup(title: "TLS") var spoken: SpokenTLSFlags<BenchTargets>
    @OptionGroup(title: "Output") var output: BenchOutputFlags

    func work() throws(Problem) -> (LoadWork, summary: String) {
        let (up, down) = (direction != .down, direction != .up)
        if raw {
            guard block == nil else { throw Problem("--raw has no blocks; leave out --block") }
            guard span.count == nil else {
                throw Problem("--raw has nothing to count; write --duration")
            }
            return (.flood(up: up, down: down), "bytes \(direction.rawValue), raw")
        }
        let block = block ?? 4 << 20
        let least = UInt64(WorkOrder.byteCount)
        guard block >= least else { throw Problem("--block has at least \(least) bytes") }
        let asked = Exchange(
            up: up ? block : least, down: down ? block : 1, isDuplex: up && down,
            seed: load.seed ?? 1)
        return (.exchange(asked), "blocks of \(Sizes.text(block)) \(direction.rawValue)")
    }

    func measure(turns: Bool) throws(Problem) -> BenchJob.Measure {
        try span.measure(.closed, turns: turns)
    }
}

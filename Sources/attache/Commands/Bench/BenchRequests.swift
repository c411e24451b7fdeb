// SPDX-License-Identifier: Apache-2.0
// attache bench rr and rate: requests and answers on connections that stay open.

import ArgumentParser
import AttacheBench
import AttacheConfiguration
import AttacheCore

struct BenchRR: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "rr",
        abstract: "Requests and answers, as fast as they are answered.",
        usage: "attache bench rr <target> [<options>]",
        discussion: """
            Each connection has one request under way and sends the next when the answer is whole:

              attache bench rr tcp://127.0.0.1:6379 --payload ping.txt --expect-line -c 50

            A closed loop: it slows down with the service, and hides how long others would have
            waited. For that there is attache bench rate.
            """)
    static let mode = BenchReport.Mode.rr
    static let connectionsByDefault = 10

    @OptionGroup(title: "Targets") var targets: TargetFlags
    @OptionGroup(title: "What is asked") var exchange: ExchangeFlags
    @OptionGroup(title: "Load") var load: LoadFlags
    @OptionGroup(title: "Load") var span: SpanFlags
    @OptionGroup(title: "TLS") var trust: UpstreamTrustFlags<BenchTargets>
    @OptionGroup(title: "TLS") var identity: IdentityFlags<BenchTargets>
    @OptionGroup(title: "TLS") var spoken: SpokenTLSFlags<BenchTargets>
    @OptionGroup(title: "Output") var output: BenchOutputFlags

    func work() throws(Problem) -> (LoadWork, summary: String) {
        (.exchange(try exchange.exchange(seed: load.seed ?? 1)), exchange.summary)
    }

    func measure(turns: Bool) throws(Problem) -> BenchJob.Measure {
        try span.measure(.closed, turns: turns)
    }
}

struct BenchRate: BenchCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate",
        abstract: "Requests at a given rate, whether the service keeps up or not.",
        usage: "attache bench rate <target> --rate <n> [<options>]",
        discussion: """
            An open loop, as the world is: who comes does not ask how busy the service is.

              attache bench rate tcp://127.0.0.1:6379 --payload ping.txt --expect-line \\
                --rate 20000 -c 50 --duration 30s --fail-if 'p99>5ms'

            Each connection has one request under way; what is due meanwhile waits, and its latency
            counts from when it was meant to be sent. Steps: --rate 1000:10s,2000:10s,4000:10s.
            """)
    static let mode = BenchReport.Mode.rate
    static let connectionsByDefault = 50

    @OptionGroup(title: "Targets") var targets: TargetFlags
    @OptionGroup(title: "What is asked") var exchange: ExchangeFlags
    @Option(
        name: [.customShort("r"), .customLong("rate")],
        help: .init("Requests a second; or steps, n:time,n:time.", valueName: "n"),
        transform: RateChoice.parse)
    var rate: RateChoice?
    @OptionGroup(title: "Load") var load: LoadFlags
    @OptionGroup(title: "Load") var span: SpanFlags
    @OptionGroup(title: "TLS") var trust: UpstreamTrustFlags<BenchTargets>
    @OptionGroup(title: "TLS") var identity: IdentityFlags<BenchTargets>
    @OptionGroup(title: "TLS") var spoken: SpokenTLSFlags<BenchTargets>
    @OptionGroup(title: "Output") var output: BenchOutputFlags

    func work() throws(Problem) -> (LoadWork, summary: String) {
        (.exchange(try exchange.exchange(seed: load.seed ?? 1)), exchange.summary)
    }

    func measure(turns: Bool) throws(Problem) -> BenchJob.Measure {
        guard let rate else {
            throw Problem("rate needs --rate N, requests a second over all connections")
        }
        switch rate {
        case .steps(let steps):
            let whole = steps.reduce(Duration.zero) { $0 + $1.lasts }
            guard !turns, span.duration == nil, span.count == nil else {
                throw Problem(
                    "steps say themselves how long they last, for one target; leave out "
                        + "--duration, --count and --compare")
            }
            return .stretch(.open(steps), .time(whole))
        case .constant(let rate):
            let lasts = span.count.map { Duration.seconds(Double($0) / rate + 1) }
            let pace = LoadPace.open([.init(rate: rate, lasts: lasts ?? span.stretch(turns: turns))]
            )
            return try span.measure(pace, turns: turns)
        }
    }
}

enum RateChoice: Sendable, Equatable {
    case constant(Double)
    case steps([LoadPace.Step])

    static func parse(_ text: String) throws(Problem) -> RateChoice {
        if !text.contains(":") { return .constant(try number(text)) }
        var steps: [LoadPace.Step] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: ":", maxSplits: 1).map(String.init)
            guard halves.count == 2 else {
                throw Problem("\"\(part)\" is no step; write rate:time, as in 1000:10s,2000:10s")
            }
            steps.append(
                .init(rate: try number(halves[0]), lasts: try Durations.positive(halves[1])))
        }
        return .steps(steps)
    }

    private static func number(_ text: String) throws(Problem) -> Double {
        guard let rate = Double(text), rate >= 0.001, rate <= 1e9 else {
            throw Problem("\"\(text)\" is no rate; write requests a second, such as 2000")
        }
        return rate
    }
}

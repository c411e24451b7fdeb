// SPDX-License-Identifier: Apache-2.0
// The generator against a service of its own process, over real sockets.

import Testing

@testable import AttacheCore

/// One after the other: each run has threads of its own that want the processors.
@Suite(.serialized) struct LoadRunTests {
    private static func with(
        _ work: LoadWork, connections: Int, threads: Int = 1,
        _ body: (LoadRun) throws -> Void
    ) throws {
        let service = try LoadService(threads: 1)
        defer { service.end() }
        let target = LoadTarget(
            name: "service",
            upstream: UpstreamSettings(
                name: "service", destination: .endpoints([service.address])))
        let run = try LoadRun(
            LoadSettings(
                targets: [target], work: work, connections: connections, threads: threads))
        defer { run.end() }
        try body(run)
    }

    private static let exchange = Exchange(up: 100, down: 100, seed: 1)

    @Test(arguments: [(1, 1, 1), (7, 2, 50), (100, 3, 1000)])
    func aCountIsDoneExactly(connections: Int, threads: Int, count: UInt64) throws {
        try Self.with(.exchange(Self.exchange), connections: connections, threads: threads) { run in
            let dials = run.open(target: 0, connections: connections)
            #expect(dials.connections == UInt64(connections) && dials.errors == [:])
            let sample = run.work(target: 0, pace: .closed, limit: .count(count))
            #expect(sample.done == count && sample.errors == [:])
            #expect(sample.bytesUp == 100 * count && sample.bytesDown == 100 * count)
            #expect(sample.latency.count == count && sample.connections == 0)
            #expect(sample.elapsed > 0)
        }
    }

    @Test func onceIsOnceForEachConnection() throws {
        try Self.with(.exchange(Self.exchange), connections: 200) { run in
            _ = run.open(target: 0, connections: 150)
            #expect(run.work(target: 0, pace: .closed, limit: .once).done == 150)
            #expect(run.open(target: 0, connections: 200).connections == 50)
            #expect(run.work(target: 0, pace: .closed, limit: .once).done == 200)
        }
    }

    @Test func anOpenLoopBeginsWhatIsDue() throws {
        try Self.with(.exchange(Self.exchange), connections: 8, threads: 2) { run in
            _ = run.open(target: 0, connections: 8)
            let pace = LoadPace.open([.init(rate: 500, lasts: .milliseconds(400))])
            let sample = run.work(target: 0, pace: pace, limit: .time(.milliseconds(400)))
            #expect(sample.done + sample.unsent == 200)
            #expect(sample.errors == [:])
            #expect(sample.latency.count == 200 && sample.service.count == sample.done)
        }
    }

    @Test func connectionsAreMadeUsedAndEnded() throws {
        try Self.with(.connection(Self.exchange), connections: 4) { run in
            let sample = run.work(target: 0, pace: .closed, limit: .count(40))
            #expect(sample.done == 40 && sample.connections == 40 && sample.errors == [:])
            #expect(sample.stages[.connecting]?.count == 40)
            #expect(sample.stages[.answering]?.count == 40)
        }
        try Self.with(.connection(nil), connections: 4) { run in
            let sample = run.work(target: 0, pace: .closed, limit: .count(40))
            #expect(sample.done == 40 && sample.bytesUp == 0 && sample.errors == [:])
        }
    }

    @Test func aFloodGoesBothWays() throws {
        try Self.with(.flood(up: true, down: true), connections: 2) { run in
            _ = run.open(target: 0, connections: 2)
            let sample = run.work(target: 0, pace: .closed, limit: .time(.milliseconds(200)))
            #expect(sample.bytesUp > 1 << 20 && sample.bytesDown > 1 << 20)
            #expect(sample.errors == [:])
        }
    }

    @Test func intervalsAddUpToTheWhole() throws {
        try Self.with(.exchange(Self.exchange), connections: 2) { run in
            _ = run.open(target: 0, connections: 2)
            var seen = LoadSample()
            var looks = 0
            let whole = run.work(
                target: 0, pace: .closed, limit: .time(.milliseconds(300)),
                every: .milliseconds(60)
            ) { sample in
                seen.add(sample)
                looks += 1
            }
            #expect(looks >= 3)
            #expect(seen.done == whole.done && seen.elapsed == whole.elapsed && whole.done > 0)
            #expect(whole.elapsed >= 290_000_000)
        }
    }

    /// One thread has a unit more than the other: what it waits for is not counted twice.
    @Test func timeIsCountedOnceHoweverManyThreadsThereAre() throws {
        try Self.with(.exchange(Self.exchange), connections: 2, threads: 2) { run in
            _ = run.open(target: 0, connections: 2)
            let begun = Clock.now()
            let pace = LoadPace.open([.init(rate: 4, lasts: .seconds(1))])
            let sample = run.work(
                target: 0, pace: pace, limit: .count(3), every: .milliseconds(70))
            #expect(sample.done == 3)
            #expect(sample.elapsed <= Clock.now() - begun)
        }
    }

    @Test func aCountedOpenLoopEndsWhereNobodyAnswers() throws {
        let nobody = UpstreamSettings(
            name: "nobody", destination: .endpoints([.ip("127.0.0.1", port: 1, v6: false)]))
        let run = try LoadRun(
            LoadSettings(
                targets: [LoadTarget(name: "nobody", upstream: nobody)],
                work: .exchange(Self.exchange), connections: 2, threads: 1))
        defer { run.end() }
        let pace = LoadPace.open([.init(rate: 100, lasts: .milliseconds(300))])
        let sample = run.work(target: 0, pace: pace, limit: .count(20))
        #expect(sample.done == 0 && sample.unsent == 20)
    }

    /// Nothing listens on port 1 of loopback.
    @Test func aServiceThatIsDownIsAnErrorAndNoAnswer() throws {
        let nobody = UpstreamSettings(
            name: "nobody", destination: .endpoints([.ip("127.0.0.1", port: 1, v6: false)]))
        for work in [LoadWork.exchange(Self.exchange), .connection(Self.exchange)] {
            let run = try LoadRun(
                LoadSettings(
                    targets: [LoadTarget(name: "nobody", upstream: nobody)], work: work,
                    connections: 2, threads: 1))
            defer { run.end() }
            let sample = run.work(target: 0, pace: .closed, limit: .time(.milliseconds(250)))
            #expect(sample.done == 0 && sample.latency.isEmpty)
            #expect(Set(sample.errors.keys) == ["connect-failed"])
            // Not as fast as it can fail.
            #expect((1...12).contains(sample.failed), "\(sample.failed)")
            #expect(sample.errors["connect-failed"]?.example.contains("127.0.0.1:1") == true)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// What flags of attache bench become: targets, work, a measure.

import ArgumentParser
import AttacheBench
import AttacheCore
import Testing

@testable import attache

struct BenchTests {
    private func job(_ line: String) throws -> BenchJob {
        let words = line.split(separator: " ").map(String.init)
        let command = try Root.parseAsRoot(words)
        return try #require(command as? any BenchCommand).job()
    }

    @Test func withoutFlagsItIsTenSecondsAfterOneOfWarmUp() throws {
        let job = try job("bench rr tcp://127.0.0.1:7000")
        #expect(job.plan.connections == 10 && job.plan.threads == 1)
        #expect(job.plan.warmUp == .seconds(1) && job.plan.duration == .seconds(10))
        #expect(job.plan.summary == "128 B up, 128 B down on 10 connections, 1 thread")
        guard case .stretch(.closed, .time(.seconds(10))) = job.measure else {
            Issue.record("\(job.measure)")
            return
        }
        guard case .exchange(let exchange) = job.work else {
            Issue.record("\(job.work)")
            return
        }
        #expect(exchange == Exchange(up: 128, down: 128, seed: 1))
    }

    @Test func severalTargetsTakeTurns() throws {
        let job = try job(
            "bench rr --compare a=tcp://127.0.0.1:1 --compare b=unix:/b --rounds 7 --slice 20ms")
        #expect(job.targets.map(\.load.name) == ["a", "b"])
        #expect(job.targets.map(\.url) == ["tcp://127.0.0.1:1", "unix:/b"])
        guard case .turns(.closed, .milliseconds(20), rounds: 7) = job.measure else {
            Issue.record("\(job.measure)")
            return
        }
        #expect(job.plan.duration == .milliseconds(140))
    }

    @Test(
        arguments: [
            ("--rate 100 -d 3s", [(100, 3)]), ("--rate 100 -n 500", [(100, 6)]),
            ("--rate 100:1s,200:2s", [(100, 1), (200, 2)]),
        ] as [(String, [(Double, Int)])])
    func ratesBecomeSteps(flags: String, steps: [(Double, Int)]) throws {
        let job = try job("bench rate tcp://127.0.0.1:1 \(flags)")
        guard case .stretch(.open(let found), let limit) = job.measure else {
            Issue.record("\(job.measure)")
            return
        }
        #expect(
            found == steps.map { LoadPace.Step(rate: $0.0, lasts: .seconds($0.1)) })
        #expect(limit == (flags.contains("-n") ? .count(500) : .time(.seconds(3))))
    }

    @Test func tlsIsForTargetsThatSpeakIt() throws {
        let job = try job(
            "bench connect --compare a=tcp://h:1 --compare b=tls://h:2 --server-name db --no-resume"
        )
        #expect(job.targets[0].load.upstream.tls == nil)
        #expect(job.targets[1].load.upstream.tls?.serverName == "db")
        #expect(job.targets.allSatisfy { !$0.load.resumes })
    }

    @Test(arguments: [
        ("rate tcp://h:1 --rate 0", "is no rate"), ("rate tcp://h:1 --rate 5:1", "no unit"),
        ("rate tcp://h:1 --rate 1:1s,2", "is no step"),
        ("rate tcp://h:1 --rate 1:1s,2:1s -d 5s", "say themselves how long they last"),
        ("rr tcp://h:1 -d 5s -n 3", "leave out one"), ("idle tcp://h:1 --low 9 -c 9", "below"),
        ("stream up tcp://h:1 --raw --block 1MiB", "--raw has no blocks"),
        ("rr tcp://h:1 --compare a=tcp://h:2", "several with --compare"),
        ("rr --compare a=tcp://h:1 --compare b=tcp://h:2 --pid 1", "of which target"),
    ])
    func theseContradictThemselves(line: String, part: String) {
        let ending = Ending.of(("bench " + line).split(separator: " ").map(String.init))
        #expect(ending.code == 64)
        #expect(ending.complaint.contains(part), "\(ending.complaint)")
    }
}

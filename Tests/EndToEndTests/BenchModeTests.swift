// SPDX-License-Identifier: Apache-2.0
// Each mode of attache bench against attache bench serve, in plaintext, TLS and over Unix sockets.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct BenchModes {
        private static let short = ["--warmup", "0s", "-c", "2"]

        /// A service, its URL, and the flags with which one reaches it.
        private static func with(
            _ scheme: String, _ body: (Daemon, [String]) throws -> Void
        ) throws {
            let folder = try Folder()
            let listen = scheme == "unix" ? "unix:\(folder.file("serve"))" : "127.0.0.1:0"
            var flags = ["bench", "serve", "--listen", listen]
            var towards: [String] = []
            if scheme == "tls" {
                flags += try PKI.identity("server")
                flags += ["--client-ca", try PKI.certificate("ca"), "--allow", "any-verified"]
                towards += try PKI.identity("client")
                towards += ["--ca", try PKI.certificate("ca"), "--server-name", "localhost"]
            }
            try Daemon.with(flags) { service in
                let url =
                    scheme == "unix"
                    ? "unix:\(folder.file("serve"))"
                    : "\(scheme)://\(service.endpoint)"
                try body(service, [url] + towards)
            }
        }

        @Test(arguments: ["tcp", "tls", "unix"])
        func requestsAreAnsweredOneByOne(_ scheme: String) throws {
            try Self.with(scheme) { _, target in
                let run = try BenchRun(
                    ["rr"] + target + Self.short
                        + ["-n", "500", "--request", "200", "--answer", "3000"])
                let found = try run.target
                #expect(run.exit == .code(0) && found.done == 500 && found.errors.isEmpty)
                #expect(found.bytesSent == 500 * 200 && found.bytesReceived == 500 * 3000)
                #expect(found.durationHistogram.count == 500 && found.socketCount == 2)
                #expect((found.tls != nil) == (scheme == "tls"))
                #expect(run.output.contains { $0.contains("Latency Distribution") })
            }
        }

        @Test(arguments: ["up", "down", "both"])
        func streamsCountWhatHasArrived(_ direction: String) throws {
            try Self.with("tls") { _, target in
                let run = try BenchRun(
                    ["stream", direction] + target + Self.short
                        + ["-n", "16", "--block", "256KiB"])
                let found = try run.target
                #expect(run.exit == .code(0) && found.done == 16 && found.errors.isEmpty)
                let block = 16 * 256 << 10
                #expect(found.bytesSent == (direction == "down" ? 16 * 32 : block))
                #expect(found.bytesReceived == (direction == "up" ? 16 : block))
            }
        }

        @Test(arguments: [false, true])
        func connectionsResumeWhereTheyMay(isFull: Bool) throws {
            try Self.with("tls") { _, target in
                let run = try BenchRun(
                    ["connect"] + target + Self.short
                        + ["-n", "40", "--request", "128"] + (isFull ? ["--no-resume"] : []))
                let found = try run.target
                #expect(run.exit == .code(0) && found.done == 40 && found.errors.isEmpty)
                #expect(found.socketCount == 40)
                #expect(isFull ? found.resumed == 0 : found.resumed >= 36, "\(found.resumed)")
                #expect(Set(found.stagesUs.keys).isSuperset(of: ["connect", "tls", "answer"]))
            }
        }

        @Test(arguments: [false, true])
        func idleConnectionsCostSomething(isStalled: Bool) throws {
            try Self.with("tcp") { service, target in
                let run = try BenchRun(
                    ["idle"] + target + [
                        "--pid", "\(service.child.pid)", "-c", "200", "--low", "20", "--settle",
                        "100ms",
                    ] + (isStalled ? ["--stalled", "--answer", "8MiB"] : []))
                let found = try run.target
                #expect(run.exit == .code(0) && found.errors.isEmpty)
                #expect(found.memory.map(\.connections) == [20, 200])
                #expect(found.memory.allSatisfy { $0.anonymousBytes > 1 << 20 })
                #expect(run.output.contains { $0.contains("connection costs") })
            }
        }

        @Test func targetsTakeTurnsAndAreComparedWithTheFirst() throws {
            try Self.with("tcp") { one, target in
                try Self.with("tcp") { other, another in
                    let run = try BenchRun(
                        [
                            "rr", "--compare", "one=\(target[0])", "--compare",
                            "other=\(another[0])", "--pid", "one=\(one.child.pid)", "--pid",
                            "other=\(other.child.pid)", "--slice", "20ms", "--rounds", "6",
                        ] + Self.short)
                    #expect(run.exit == .code(0))
                    let targets = try #require(run.report?.targets)
                    #expect(targets.map(\.name) == ["one", "other"])
                    for target in targets {
                        #expect(target.slices.map(\.round) == [0, 1, 2, 3, 4, 5])
                        #expect(target.slices.allSatisfy { $0.done > 0 && ($0.cpuNs ?? 0) > 0 })
                    }
                    let ratios = "Ratios within a round, median of 6"
                    #expect(run.output.contains { $0.contains(ratios) })
                }
            }
        }

        /// A service that thinks for 5 ms on each of two connections answers 400 a second at most.
        @Test func theKneeIsFoundWhereItMustBe() throws {
            let service = Service(on: try Listener()) { peer in
                _ = try peer.receiveAll { request in
                    Thread.sleep(forTimeInterval: 0.005)
                    try peer.send(request)
                }
            }
            defer { service.stop() }
            let run = try BenchRun(
                [
                    "search", "tcp://\(service.listener.endpoint)", "--request", "64", "--keep",
                    "p90<100ms", "--trial", "600ms", "--from", "50",
                ] + Self.short)
            #expect(run.exit == .code(0))
            let trials = try #require(run.report?.trials)
            let best = trials.filter(\.kept).map(\.rate).max() ?? 0
            #expect((50...450).contains(best), "\(trials)")
            #expect(trials.contains { !$0.kept }, "\(trials)")
            #expect(run.output.contains { $0.contains("highest rate that kept p90<100ms") })
        }

        @Test func calibrationWarnsOfFiguresThatAreTheGeneratorsOwn() throws {
            try Self.with("tcp") { _, target in
                let run = try BenchRun(
                    ["rr"] + target + Self.short + ["-d", "300ms", "--calibrate"])
                #expect(run.exit == .code(0))
                #expect(run.output.contains { $0.contains("The generator's own floor") })
                // Its own server against its own server: nothing but the generator.
                #expect(run.report?.warnings.isEmpty == false)
            }
        }

        @Test func interruptedItSaysWhatWasMeasuredUntilThen() throws {
            try Self.with("tcp") { service, target in
                let facts = ProcessFacts(service)
                let before = try facts.processorTime
                let child = try Daemon.start(
                    ["bench", "rr"] + target + Self.short + ["-d", "10m"])
                defer { child.destroy() }
                try eventually("requests are answered") {
                    try facts.processorTime > before + .milliseconds(100)
                }
                child.signal(SIGINT)
                #expect(try child.waitForExit(within: .seconds(10)) == .code(130))
                #expect(child.output.contains { $0.hasPrefix("Interrupted") })
                #expect(child.output.contains { $0.contains("Requests/sec") })
            }
        }

        @Test(arguments: [
            (["rr"], "needs a target"), (["rr", "localhost:1"], "says not how to speak to it"),
            (["rr", "http://localhost:1"], "\"http\""), (["rate", "tcp://a:1"], "--rate"),
            (["rr", "tcp://a:1", "--ca", "x"], "no target speaks it"),
            (["rr", "tcp://a:1", "--payload", "/dev/null", "--expect-line"], "is empty"),
            (["rr", "tcp://a:1", "--payload", "x"], "--expect-line"),
            (["rr", "tcp://a:1", "--request", "8", "--answer", "9"], "at least 32 bytes"),
            (["rr", "tcp://a:1", "-t", "3", "-c", "2"], "3 threads"),
            (["rr", "tcp://a:1", "--fail-if", "p99"], "p99>5ms"),
            (["rr", "tcp://a:1", "--slice", "1s", "-n", "3"], "take turns by time"),
            (["rr", "--compare", "tcp://a:1"], "NAME=VALUE"),
            (["rr", "--compare", "a=tcp://a:1", "--compare", "a=tcp://a:2"], "said twice"),
            (["rr", "tcp://a:1", "--pid", "999999999"], "no process 999999999"),
            (["idle", "tcp://a:1"], "needs --pid"), (["search", "tcp://a:1"], "needs --keep"),
            (["stream", "sideways", "tcp://a:1"], "sideways"),
            (["compare", "/nowhere/a.json", "/nowhere/b.json"], "/nowhere/a.json"),
        ])
        func eachMistakeIsNamed(_ words: [String], _ part: String) throws {
            let child = try Daemon.start(["bench"] + words)
            defer { child.destroy() }
            let exit = try child.waitForExit()
            #expect([.code(64), .code(78)].contains(exit), "\(exit)")
            #expect(child.errors.joined(separator: " ").contains(part), "\(child.errors)")
        }
    }
}

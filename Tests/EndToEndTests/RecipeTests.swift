// SPDX-License-Identifier: Apache-2.0
// The scripts in docs/recipes do what they say, with times that fit a test.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Recipes {
        private static let folder = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/recipes").path

        private static func run(
            _ recipe: String, _ words: [String], _ environment: [String: String]
        ) throws -> (exit: Child.Exit, text: String) {
            let place = (Daemon.binary as NSString).deletingLastPathComponent
            let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
            let child = try Child(
                ["\(folder)/\(recipe)"] + words,
                environment: environment.merging(["PATH": "\(place):\(path)"]) { $1 })
            defer { child.destroy() }
            let exit = try child.waitForExit(within: .seconds(60))
            return (exit, (child.output + child.errors).joined(separator: "\n"))
        }

        /// Answers after so long.
        private static func service(_ milliseconds: Int) throws -> Service {
            Service(on: try Listener()) { peer in
                _ = try peer.receiveAll { request in
                    Thread.sleep(forTimeInterval: Double(milliseconds) / 1000)
                    try peer.send(request)
                }
            }
        }

        @Test func theNightlyGateFailsWhenTheServiceHasBecomeSlower() throws {
            let folder = try Folder()
            let (fast, slow) = (try Self.service(1), try Self.service(40))
            defer {
                fast.stop()
                slow.stop()
            }
            let small = [
                "RATE": "50", "CONNECTIONS": "4", "DURATION": "1s", "P99": "9s",
                "FLAGS": "--warmup 0s",
            ]
            func gate(_ service: Service, _ more: [String: String] = [:]) throws
                -> (exit: Child.Exit, text: String)
            {
                try Self.run(
                    "nightly-gate", ["tcp://\(service.listener.endpoint)", folder.file("bench")],
                    small.merging(more) { $1 })
            }
            let first = try gate(fast)
            #expect(first.exit == .code(0), "\(first.text)")
            #expect(first.text.contains("the first run"))
            let second = try gate(slow)
            #expect(second.exit == .code(99), "\(second.text)")
            #expect(second.text.contains("worse"), "\(second.text)")
            let limited = try gate(slow, ["P99": "1ms"])
            #expect(limited.exit == .code(99), "\(limited.text)")
            #expect(limited.text.contains("p99>1ms"), "\(limited.text)")
            #expect(access(folder.file("bench/today.html"), R_OK) == 0)
        }

        @Test func theKneeOfAServiceIsFound() throws {
            let folder = try Folder()
            let service = try Self.service(2)
            defer { service.stop() }
            let (exit, text) = try Self.run(
                "find-the-knee",
                ["tcp://\(service.listener.endpoint)", "p50<500ms", folder.file("bench")],
                ["TRIAL": "200ms", "CONNECTIONS": "2", "FLAGS": "--warmup 0s"])
            #expect(exit == .code(0), "\(text)")
            for file in ["knee.json", "knee-50.html", "knee-110.html"] {
                #expect(access(folder.file("bench/\(file)"), R_OK) == 0, "\(file)")
            }
        }

        @Test func twoProxiesAreCompared() throws {
            let folder = try Folder()
            try Daemon.with(["bench", "serve", "--listen", "127.0.0.1:0"]) { service in
                let plain = ["connect", "--plain", "--listen", "127.0.0.1:0", "--to"]
                try Daemon.with(plain + ["\(service.endpoint)"]) { one in
                    try Daemon.with(plain + ["\(service.endpoint)"]) { other in
                        let (exit, text) = try Self.run(
                            "compare-two-proxies",
                            [
                                "tcp://\(service.endpoint)",
                                "one=tcp://\(one.endpoint)=\(one.child.pid)",
                                "other=tcp://\(other.endpoint)=\(other.child.pid)",
                                folder.file("bench"),
                            ], ["ROUNDS": "3", "SLICE": "40ms", "FLAGS": "--warmup 50ms"])
                        #expect(exit == .code(0), "\(text)")
                        #expect(text.contains("Comparison"), "\(text)")
                        #expect(text.contains("CPU/request"), "\(text)")
                        #expect(text.contains("CPU/connection"), "\(text)")
                    }
                }
            }
        }
    }
}

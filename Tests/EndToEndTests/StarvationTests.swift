// SPDX-License-Identifier: Apache-2.0
// Without descriptors left the daemon neither spins nor drops anybody, and goes on as soon as it
// can.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Starvation {
        @Test func withoutDescriptorsItServesTheOldAndWaitsForTheNew() throws {
            try Tunnel.with(.plainToPlain) { tunnel in
                let facts = ProcessFacts(tunnel.daemon)
                let slow = try tunnel.open()
                let bulk = try tunnel.open()
                try slow.client.exchange("slow", with: slow.upstream)
                try bulk.client.exchange("bulk", with: bulk.upstream)

                let waiting = try Self.watchingAccept(tunnel.daemon) { log in
                    try Self.limit(tunnel.daemon, "3:20000")
                    let client = try tunnel.connect()
                    try client.send("patience")
                    try eventually("accept returns EMFILE") {
                        try String(contentsOfFile: log, encoding: .utf8).contains("EMFILE")
                    }
                    return client
                }
                #expect(!tunnel.upstream.hasVisitor)

                let before = try facts.processorTime
                let ends = ContinuousClock.now + .seconds(10)
                while ContinuousClock.now < ends {
                    try slow.client.exchange("tick", with: slow.upstream)
                    usleep(250_000)
                }
                let used = try facts.processorTime - before
                #expect(used < .milliseconds(500), "\(used) of 10 s")

                // Splice finds no pipe and copies.
                let sending = Background {
                    try bulk.client.send(RandomStream(seed: 8), bytes: 64 << 20)
                    try bulk.client.finishWriting()
                }
                let (count, ending) = try bulk.upstream.expectAll(RandomStream(seed: 8))
                try sending.value()
                #expect(count == 64 << 20)
                #expect(ending == .end)

                let said = tunnel.daemon.child.errors.filter { $0.contains("EMFILE") }
                #expect(
                    !said.isEmpty && said.count <= 3, "said once: \(tunnel.daemon.child.errors)")
                try Self.limit(tunnel.daemon, "20000:20000")
                let time = try Duration.of {
                    let visitor = try tunnel.upstream.accept()
                    let text = try visitor.receive(text: 8)
                    #expect(text == "patience")
                    try visitor.exchange("served", with: waiting)
                }
                #expect(time < .seconds(2))
            }
        }

        /// Runs the body with strace on accept; it is gone before anything is measured.
        static func watchingAccept<Answer>(
            _ daemon: Daemon, _ body: (String) throws -> Answer
        ) throws -> Answer {
            let folder = try Folder()
            let log = folder.file("strace")
            let strace = try Program("strace").start([
                "-f", "-qq", "-e", "trace=accept4,accept", "-o", log, "-p", "\(daemon.child.pid)",
            ])
            defer { strace.destroy() }
            try eventually("strace holds every thread") { try ProcessFacts(daemon).allTraced }
            let answer = try body(log)
            strace.signal(SIGINT)
            try strace.waitForExit()
            return answer
        }

        static func limit(_ daemon: Daemon, _ limits: String) throws {
            try Program("prlimit").lines(["--pid", "\(daemon.child.pid)", "--nofile=\(limits)"])
        }

        /// Above `--sessions` clients wait in the kernel's backlog and come in as others leave.
        @Test func aboveTheSessionCapClientsWaitAndThenAreServed() throws {
            try Tunnel.with(.plainToPlain, flags: ["--sessions", "4"]) { tunnel in
                let first = try (0..<4).map { _ in try tunnel.open() }
                let waiting = try (0..<4).map { number in
                    let client = try tunnel.connect()
                    try client.send("waiting \(number)")
                    return client
                }
                for pair in first { try pair.client.exchange("inside", with: pair.upstream) }
                #expect(!tunnel.upstream.hasVisitor)
                for pair in first { pair.client.reset() }
                for _ in waiting {
                    let visitor = try tunnel.upstream.accept()
                    #expect(try visitor.receive(text: 9).hasPrefix("waiting "))
                    visitor.close()
                }
            }
        }
    }
}

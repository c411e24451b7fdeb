// SPDX-License-Identifier: Apache-2.0
// A reload hurts nobody: while clients come and go, each one is served, and by the settings that
// hold when it comes.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Reload {
        @Test func everybodyIsServedAndByTheNewUpstreamOnceItIsReloaded() throws {
            let upstreams = try ["A", "B"].map { try Self.letter($0) }
            defer { for upstream in upstreams { upstream.stop() } }
            let files = upstreams.map { Self.file($0.listener.endpoint) }
            try ConfiguredDaemon.with(files[0]) { run in
                let endpoint = try run.daemon.endpoint("door")
                let resident = try Peer.connect(to: endpoint)
                #expect(try resident.receive(text: 1) == "A")
                let visitors = Visitors(rate: 200) { try Self.visit(endpoint) }
                var epochs = [Epoch(answer: "A", from: .now)]
                try visitors.wait(for: 20)
                for number in 1...20 {
                    epochs[epochs.count - 1].until = .now
                    let said = try run.reload(files[number % 2])
                    #expect(said.contains("generation \(number + 1)"), "\(said)")
                    #expect(said.contains("changed service"), "\(said)")
                    epochs.append(Epoch(answer: ["A", "B"][number % 2], from: .now))
                    try visitors.wait(for: 20)
                }
                epochs[epochs.count - 1].until = .now
                let visits = try visitors.stop()
                try Self.judge(visits, epochs)
                // Who came before the first of them is still with the upstream of then.
                try resident.send("still with you")
                #expect(try resident.receive(text: 14) == "still with you")
                let lines = try run.daemon.sessions(visits.count)
                #expect(lines.count == visits.count)
                #expect(lines.allSatisfy { $0.reason == "completed" })
            }
        }

        @Test func aFileThatIsWrongChangesNothingAndSaysWhy() throws {
            let upstream = try Self.letter("A")
            defer { upstream.stop() }
            let good = Self.file(upstream.listener.endpoint)
            let taken = try Listener()
            try ConfiguredDaemon.with(good) { run in
                let endpoint = try run.daemon.endpoint("door")
                let visitors = Visitors(rate: 200) { try Self.visit(endpoint) }
                let mistakes = try Self.mistakes(in: good, taken: taken.endpoint, run.folder)
                #expect(mistakes.count == 20)
                for mistake in mistakes {
                    let said = run.child.errors.count
                    let line = try run.reloadInVain(mistake.text)
                    #expect(line.contains("generation 1 goes on"), "\(mistake.words): \(line)")
                    // An explanation has several lines.
                    try run.child.wait(inErrors: true, mistake.words) {
                        $0[said...].first { $0.contains(mistake.words) }
                    }
                }
                let status = try run.status()
                #expect(status.generation == 1)
                #expect(status.lastReload?.outcome == "failed")
                #expect(status.lastReload?.message?.contains("allow") == true)
                #expect(!run.child.errors.contains { $0.contains(" reloaded: generation") })
                try visitors.wait(for: 20)
                let visits = try visitors.stop()
                #expect(visits.allSatisfy { $0.answer == "A" })
                // And a good one is still taken.
                #expect(try run.reload(good).contains("generation 2"))
            }
        }

        /// Sanitizers' memory is not ours: scripts/test leaves it out there.
        @Test func aHundredReloadsLeaveNothingBehind() throws {
            let upstreams = try ["A", "B"].map { try Self.letter($0) }
            defer { for upstream in upstreams { upstream.stop() } }
            let configuration = try ConfiguredDaemon.Configuration("")
            let identity = configuration.folder.file("server")
            try PKI.copyIdentity("server", to: identity)
            let secure = try """
              secure:
                bind: 127.0.0.2:0
                upstream: service
                tls:
                  certificate: \(identity).pem
                  key: \(identity).key
                  client-ca: \(PKI.certificate("ca"))
                  allow: {dns: ["client.test"]}
            """
            let files = upstreams.map { Self.file($0.listener.endpoint, listeners: secure) }
            try configuration.write(files[0])
            try ConfiguredDaemon.with(configuration) { run in
                let facts = ProcessFacts(run.daemon)
                let endpoint = try run.daemon.endpoint("door")
                var number = 0
                func reload(_ count: Int) throws -> (memory: Int, descriptors: Int) {
                    let visitors = Visitors(rate: 200) { try Self.visit(endpoint) }
                    for _ in 0..<count {
                        number += 1
                        try PKI.copyIdentity(["server", "rsa-server"][number % 2], to: identity)
                        let said = try run.reload(files[number % 2])
                        let changes = "listeners: changed secure; upstreams: changed service"
                        try demand(said.contains(changes), "nothing is proved: \(said)")
                        try visitors.wait(for: 2)
                    }
                    _ = try visitors.stop()
                    let client = try run.connect("secure", tls: .client())
                    #expect(try client.receive(text: 1) == ["A", "B"][number % 2])
                    let serial = try PKI.serial(["server", "rsa-server"][number % 2])
                    #expect(client.tls?.peerSerial == serial)
                    try client.finishWriting()
                    #expect(try client.receiveEnd() == .end)
                    return (try facts.settledMemory(), try facts.descriptors.count)
                }
                let first = try reload(20)
                let second = try reload(80)
                #expect(second.memory <= first.memory + 2048, "KiB after 20, and 80 more")
                #expect(second.descriptors == first.descriptors)
            }
        }

        @Test func whileDrainingNothingIsReloaded() throws {
            let upstream = try Self.letter("A")
            defer { upstream.stop() }
            let file = Self.file(upstream.listener.endpoint)
            try ConfiguredDaemon.with(file) { run in
                let client = try run.connect("door")
                #expect(try client.receive(text: 1) == "A")
                try Drain.drain(run.daemon, SIGTERM)
                let said = try run.reloadInVain(file)
                #expect(said.contains("draining"), "\(said)")
                // It ends neither the process nor the session.
                try client.send("still here")
                #expect(try client.receive(text: 10) == "still here")
                try client.finishWriting()
                #expect(try client.receiveEnd() == .end)
                #expect(try run.child.waitForExit() == .code(0))
            }
        }

        // MARK: What they share

        /// An upstream that says who it is, and then echoes.
        static func letter(_ letter: String) throws -> Service {
            Service(on: try Listener()) { peer in
                try peer.send(letter)
                if try peer.receiveAll({ try peer.send($0) }) == .end { try peer.finishWriting() }
            }
        }

        /// One listener, one upstream, and more listeners where asked.
        static func file(_ upstream: Endpoint, listeners: String = "") -> String {
            """
            listeners:
              door:
                bind: 127.0.0.1:0
                upstream: service
            \(listeners)
            upstreams:
              service:
                endpoints: ["\(upstream)"]
            """
        }

        static func visit(_ endpoint: Endpoint, tls: TLSContext? = nil) throws -> String {
            let client = try Peer.connect(to: endpoint, tls: tls)
            let answer = try client.receive(text: 1)
            try client.finishWriting()
            try demand(try client.receiveEnd() == .end, "lost after its answer")
            client.close()
            return answer
        }

        /// From the line that told of a reload until the next one was asked for.
        struct Epoch {
            let answer: String
            let from: ContinuousClock.Instant
            var until = ContinuousClock.now
        }

        /// Who began and ended within an epoch was answered by its upstream; many did.
        static func judge(_ visits: [Visitors.Visit], _ epochs: [Epoch]) throws {
            for (number, epoch) in epochs.enumerated() {
                let within = visits.filter { $0.began >= epoch.from && $0.ended <= epoch.until }
                try demand(within.count >= 10, "\(within.count) visits tell nothing")
                let strays = within.filter { $0.answer != epoch.answer }
                #expect(
                    strays.isEmpty,
                    "\(strays.count) of \(within.count) after reload \(number) went elsewhere")
            }
        }
    }
}

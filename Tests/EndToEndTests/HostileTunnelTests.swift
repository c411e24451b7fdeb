// SPDX-License-Identifier: Apache-2.0
// Peers that break the rules of HTTP/2, at either end of a tunnel, harm nobody but themselves.

import Foundation
import Support
import Testing

extension EndToEnd {
    /// What each case sends and expects stands in Tests/Peers; here is what the daemon must be
    /// like beside it and afterwards.
    @Suite struct HostileTunnels {
        @Test(arguments: [
            "beginnings", "requests", "streams", "windows", "frames", "floods", "endings",
        ])
        func aHostileOriginatorIsToldAndNobodyElseNotices(_ group: String) throws {
            try Self.withTerminator { daemon, _ in
                try Self.judge(daemon) {
                    try HostilePeer(.client, group, ports: [daemon.endpoint.port]).cases()
                }
            }
        }

        @Test(arguments: [
            "beginnings", "goaway", "streams", "answers", "windows", "frames", "floods", "endings",
        ])
        func aHostileTerminatorIsToldAndNobodyElseNotices(_ group: String) throws {
            let ports = try (0..<2).map { _ in try Listener.closedPort().port }
            let tls = """
                ca: \(try PKI.certificate("ca")), certificate: \(try PKI.certificate("client")),
                    key: \(try PKI.key("client")), server-name: localhost
                """
            let settings = { (name: String, port: UInt16) in
                """
                  \(name):
                    endpoints: ["127.0.0.1:\(port)"]
                    tls: {\(tls)}
                    tunnel: {protocol: h2-connect, authority: "echo.test:7", stream-window: 64KiB}
                    timeouts: {connect: 500ms, handshake: 500ms}
                """
            }
            let text = """
                listeners:
                  hostile: {bind: "127.0.0.1:0", upstream: hostile}
                  honest: {bind: "127.0.0.1:0", upstream: honest}
                upstreams:
                \(settings("hostile", ports[0]))
                \(settings("honest", ports[1]))
                workers: 1
                """
            try ConfiguredDaemon.with(text) { configured in
                let daemon = configured.daemon
                let doors = try ["hostile", "honest"].map { try daemon.endpoint($0).port }
                try Self.judge(daemon) {
                    try HostilePeer(.server, group, ports: ports + doors).cases()
                }
            }
        }

        /// What an abort on a carrier is to a target: not the end of a stream.
        @Test func theTargetsOfALostCarrierSeeAnAbort() throws {
            try Self.withTerminator { daemon, endings in
                _ = try HostilePeer(.client, "endings", ports: [daemon.endpoint.port]).cases()
                let lines = try daemon.sessions(5)
                let lost = lines.count { $0.reason == "carrier-lost" }
                try eventually("\(lost) aborts and the neighbour's end") {
                    endings.all.count == lines.count
                }
                #expect(endings.all.count { $0 == .reset } == lost)
                #expect(endings.all.count { $0 == .end } == 1)
            }
        }

        /// The drain says so twice; whoever then misbehaves is cut, whoever finishes is let finish.
        @Test func garbageWhileItDrainsHindersNoOrderlyEnd() throws {
            try Self.withTerminator { daemon, _ in
                let peer = try HostilePeer(.client, "drain", ports: [daemon.endpoint.port])
                try peer.wait(for: "ready")
                daemon.child.signal(SIGTERM)
                for one in try peer.cases() {
                    #expect(one.verdict == "ok", "\(one.name): \(one.verdict)")
                }
                #expect(try daemon.child.waitForExit() == .code(0))
            }
        }

        // MARK: The daemon beside it

        final class Endings: @unchecked Sendable {
            private let lock = NSLock()
            private var seen: [Ending] = []
            var all: [Ending] { lock.withLock { seen } }
            func add(_ ending: Ending) { lock.withLock { seen.append(ending) } }
        }

        /// `attache terminate` in front of an echo, and how the echo's connections ended.
        static func withTerminator(_ body: (Daemon, Endings) throws -> Void) throws {
            let endings = Endings()
            let echo = Service(on: try Listener()) { peer in
                let ending = try peer.receiveAll { try peer.send($0) }
                endings.add(ending)
                if ending == .end { try peer.finishWriting() }
            }
            defer { echo.stop() }
            let words = [
                "terminate", "--listen", "127.0.0.1:0", "--accept", "h2-connect",
                "--authorities", "echo.test:7=\(echo.listener.endpoint)",
                "--authorities", "refused.test:1=\(try Listener.closedPort())",
                "--client-ca", try PKI.certificate("ca"), "--allow", "dns:client.test",
                "--handshake", "700ms", "--streams", "8", "--stream-window", "64KiB",
                "--workers", "1",
            ]
            try Daemon.with(try words + PKI.identity("server")) { try body($0, endings) }
        }

        /// Every case as it should be, a session line for each session, and nothing left behind:
        /// no descriptor, no memory to speak of, no processor time.
        static func judge(_ daemon: Daemon, _ run: () throws -> [HostilePeer.Case]) throws {
            let facts = ProcessFacts(daemon)
            let descriptors = try facts.descriptors.count
            let memory = try facts.memory("VmHWM")
            let cases = try run()
            #expect(!cases.isEmpty)
            for one in cases { #expect(one.verdict == "ok", "\(one.name): \(one.verdict)") }

            let wanted = cases.flatMap(\.reasons)
            let named = wanted.filter { $0 != "?" && $0 != "..." }
            let count = wanted.count { $0 != "..." }
            // Where a case leaves as many lines as it likes, those that are waited for may be late.
            try eventually("a line for each case") {
                let lines = try daemon.sessions(count)
                return Set(named).allSatisfy { reason in
                    lines.count { $0.reason == reason } >= named.count { $0 == reason }
                }
            }
            let lines = try daemon.sessions(count)
            for reason in Set(named) {
                let told = lines.count { $0.reason == reason }
                let asked = named.count { $0 == reason }
                #expect(told >= asked, "\(told) of \(asked) lines say \(reason)")
            }
            if !wanted.contains("...") { #expect(lines.count == count) }
            for line in lines where line.reason != "completed" { #expect(!line.message.isEmpty) }

            try eventually("descriptors back to \(descriptors)") {
                try facts.descriptors.count <= descriptors
            }
            let grown = try facts.memory("VmHWM") - memory
            #expect(Scale.isSanitized || grown < memoryKiB, "\(grown) KiB more at its highest")
            let before = try facts.processorTime
            usleep(200_000)
            let used = try facts.processorTime - before
            #expect(used < .milliseconds(50), "\(used) of 200 ms with nothing to do")
        }

        /// 0.7 to 2.4 MiB were seen; a header bomb that was kept, or a stalled stream without a
        /// bound, would be 16 MiB and more.
        static let memoryKiB = 8 << 10
    }
}

// SPDX-License-Identifier: Apache-2.0
// An open loop is honest: who comes while the service stands still has waited.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct BenchOpenLoop {
        /// The service stands still for a second of ten at 1,000 a second: a tenth of all requests
        /// waited for up to a second, and a generator that waits with them sees next to none.
        @Test(arguments: [1, 20])
        func aServiceThatStandsStillIsSeenByAllWhoComeMeanwhile(connections: Int) throws {
            let folder = try Folder()
            let admin = folder.file("admin.sock")
            let service = try Daemon(
                ["bench", "serve", "--listen", "127.0.0.1:0", "--admin", admin])
            defer { service.child.destroy() }
            let halting = Background {
                try eventually(within: .seconds(20), "a few thousand requests are answered") {
                    try Self.bytesUp(admin) > 300_000
                }
                service.child.signal(SIGSTOP)
                // What is measured is this second, not when it comes.
                Thread.sleep(forTimeInterval: 1)
                service.child.signal(SIGCONT)
            }
            let run = try BenchRun([
                "rate", "tcp://\(service.endpoint)", "--rate", "1000", "-d", "10s", "-c",
                "\(connections)", "--warmup", "0s",
            ])
            try halting.value()
            let target = try run.target
            #expect(run.exit == .code(0) && target.errors.isEmpty)
            #expect(target.done + target.unsent == 10_000)
            let corrected = try #require(target.percentile("99"))
            #expect(corrected >= 800, "\(corrected) ms")
            let uncorrected = try #require(target.uncorrectedHistogram)
            let outliers = uncorrected.count(from: 0.5)
            #expect((1...connections).contains(outliers), "\(outliers)")
        }

        private static func bytesUp(_ admin: String) throws -> Int {
            let child = try Daemon.start(["status", "--json", "--admin", admin])
            defer { child.destroy() }
            guard try child.waitForExit() == .code(0) else { return 0 }
            let text = Data(child.output.joined().utf8)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(StatusReport.self, from: text).listeners[0].bytesUp
        }

        /// Lines are answered after exactly so long; a machine that is busy may be late for one
        /// run, but not for five.
        @Test(arguments: [1, 10, 100])
        func aDelayIsMeasuredAsWhatItIs(milliseconds: Int) throws {
            let delay = Double(milliseconds)
            let service = Service(on: try Listener()) { peer in
                while let text = try Self.line(from: peer) {
                    let due = ContinuousClock.now + .milliseconds(milliseconds)
                    // Sleeping ends late by a scheduler's whim; the last of it is waited awake.
                    Thread.sleep(forTimeInterval: max(0, delay - 0.5) / 1000)
                    while ContinuousClock.now < due {}
                    try peer.send(text)
                }
            }
            defer { service.stop() }
            let folder = try Folder()
            let payload = folder.file("payload")
            try Data("how long?\n".utf8).write(to: URL(fileURLWithPath: payload))
            let words = [
                "tcp://\(service.listener.endpoint)", "--payload", payload, "--expect-line",
                "--warmup", "0s", "-c", "2", "-n", "\(max(10, 400 / milliseconds))",
            ]
            var late: [Double] = []
            for _ in 0..<5 {
                let target = try BenchRun(["rr"] + words).target
                #expect(target.errors.isEmpty)
                for percentile in ["50", "90"] {
                    let measured = try #require(target.percentile(percentile))
                    #expect(measured >= delay * 0.999, "p\(percentile) is \(measured) ms")
                    late.append(measured - delay)
                }
                if late.suffix(2).allSatisfy({ $0 <= 3 }) { return }
            }
            Issue.record("never within 3 ms: \(late)")
        }

        private static func line(from peer: Peer) throws -> String? {
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while bytes.last != 10 {
                let got = try withUnsafeMutableBytes(of: &byte) { try peer.receive(into: $0) }
                guard case .bytes = got else { return nil }
                bytes.append(byte)
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        @Test func stepsFollowEachOther() throws {
            let service = Service.echo(on: try Listener())
            defer { service.stop() }
            let run = try BenchRun([
                "rate", "tcp://\(service.listener.endpoint)", "--rate", "100:500ms,300:500ms",
                "-c", "4", "--warmup", "0s",
            ])
            let target = try run.target
            #expect(run.exit == .code(0) && target.done + target.unsent == 200)
        }
    }
}

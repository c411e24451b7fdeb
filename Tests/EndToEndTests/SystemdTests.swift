// SPDX-License-Identifier: Apache-2.0
// As a service of systemd: its own programs check our units and hand sockets over. What the service
// manager is told: NotifyTests.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Systemd {
        private static func activated(
            _ sockets: [String], names: String, _ arguments: [String]
        ) throws -> Child {
            let activate = try Program("systemd-socket-activate").path
            let listen = sockets.flatMap { ["-l", $0] }
            // It starts its child with hardly any environment; a sanitizer has its options there.
            let passedOn = ["ASAN_OPTIONS", "TSAN_OPTIONS"].map { "--setenv=\($0)" }
            return try Daemon.start(
                arguments, through: [activate] + passedOn + listen + ["--fdname=\(names)"])
        }

        @Test func socketsOfOneNameAreServed() throws {
            let upstream = try Listener()
            let service = Service.echo(on: upstream)
            defer { service.stop() }
            let (first, second) = (try Listener.closedPort(), try Listener.closedPort())
            let child = try Self.activated(
                ["\(first)", "\(second)"], names: "pg:pg",
                ["connect", "--plain", "--listen", "systemd:pg", "--to", "\(upstream.endpoint)"])
            defer { child.destroy() }
            // It listens before it starts attache, which is what the first client does.
            try child.wait(inErrors: true, "systemd's sockets") { lines in
                lines.count { $0.contains("Listening on") } == 2 ? true : nil
            }
            for endpoint in [first, second, first] {
                let client = try Peer.connect(to: endpoint)
                try client.send("hello")
                #expect(try client.receive(text: 5) == "hello")
            }
            try child.wait(inErrors: true, "listening line") { lines in
                lines.contains { $0.contains("\(first)") && $0.contains("\(second)") } ? true : nil
            }
            child.signal(SIGTERM)
            #expect(try child.waitForExit() == .code(0))
        }

        @Test func aNameThatNoSocketHasIsAnsweredWithThoseThereAre() throws {
            let port = try Listener.closedPort()
            let child = try Self.activated(
                ["\(port)"], names: "web",
                ["connect", "--plain", "--listen", "systemd:pg", "--to", "127.0.0.1:9"])
            defer { child.destroy() }
            try child.wait(inErrors: true, "systemd's socket") { lines in
                lines.contains { $0.contains("Listening on") } ? true : nil
            }
            let client = try Peer.connect(to: port)
            #expect(try child.waitForExit() == .code(1))
            #expect(child.errors.contains { $0.contains("there are web; ") }, "\(child.tail)")
            _ = client
        }

        @Test func plaintextOpenBeyondThisMachineIsRefusedOnceTheSocketIsKnown() throws {
            let port = try Listener.closedPort()
            let child = try Self.activated(
                ["0.0.0.0:\(port.port)"], names: "pg",
                ["connect", "--plain", "--listen", "systemd:pg", "--to", "127.0.0.1:9"])
            defer { child.destroy() }
            try child.wait(inErrors: true, "systemd's socket") { lines in
                lines.contains { $0.contains("Listening on") } ? true : nil
            }
            let client = try Peer.connect(to: port)
            #expect(try child.waitForExit() == .code(78))
            #expect(child.errors.contains { $0.contains("open beyond this machine") })
            _ = client
        }

        @Test func withoutSystemdThereIsNoSuchSocket() throws {
            let text = try Starts.fails(
                1, ["connect", "--plain", "--listen", "systemd:pg", "--to", "127.0.0.1:9"])
            #expect(text.contains("systemd handed over no socket"))
        }

        /// A copy, whose ExecStart= names a binary that is there.
        @Test(arguments: ["", "WatchdogSecs=1\n", "Type=notifyy\n"])
        func theUnitsAreWhatSystemdUnderstands(mistake: String) throws {
            let folder = try Folder()
            let examples = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../docs/examples").standardized.path
            let unit = try String(contentsOfFile: examples + "/attache.service", encoding: .utf8)
                .replacing("ExecStart=/usr/bin/attache ", with: "ExecStart=\(Daemon.binary) ")
                .replacing("[Service]\n", with: "[Service]\n" + mistake)
            #expect(unit.contains(Daemon.binary))
            let socket = try String(contentsOfFile: examples + "/attache.socket", encoding: .utf8)
            try folder.write("attache.service", unit)
            try folder.write("attache.socket", socket)
            let answer = try Program("systemd-analyze").run(
                [
                    "verify", "--man=no", folder.file("attache.service"),
                    folder.file("attache.socket"),
                ])
            let ours = (answer.output + answer.errors).filter { $0.contains(folder.path) }
            #expect(ours.isEmpty == mistake.isEmpty, "\(ours)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Listeners come, go and change their names by a reload, and nobody who waits at a door that stays
// or that is being closed is turned away.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct ReloadedListeners {
        @Test func aListenerIsAdded() throws {
            try Self.with([Self.door("near")]) { run, upstream in
                let path = run.folder.file("added.sock")
                let said = try run.reload(
                    Self.file(
                        [Self.door("near"), Self.door("added", "\"unix:\(path)\"")], upstream)
                )
                #expect(said.contains("added added"), "\(said)")
                #expect(try Reload.visit(.unix(path)) == "A")
                #expect(try Reload.visit(run.daemon.endpoint("near")) == "A")
                #expect(try run.daemon.sessions(2).contains { $0.listener == "added" })
            }
        }

        /// Closing a socket resets whoever waits in its backlog; they are accepted before.
        @Test func whoWaitsAtAListenerThatIsRemovedIsServed() throws {
            let capped = Self.door("capped", "127.0.0.2:0", "limits: {sessions: 1}")
            try Self.with([Self.door("near"), capped]) { run, upstream in
                let endpoint = try run.daemon.endpoint("capped")
                let (first, waiting) = try Self.queue(run, "capped")
                let said = try run.reload(Self.file([Self.door("near")], upstream))
                #expect(said.contains("removed capped"), "\(said)")
                for client in [first] + waiting {
                    if client !== first { #expect(try client.receive(text: 1) == "A") }
                    try client.finishWriting()
                    #expect(try client.receiveEnd() == .end)
                }
                #expect(throws: (any Error).self) { try Peer.connect(to: endpoint) }
                let lines = try run.daemon.sessions(21)
                #expect(lines.allSatisfy { $0.listener == "capped" && $0.reason == "completed" })
                #expect(try Reload.visit(run.daemon.endpoint("near")) == "A")
            }
        }

        /// The socket goes by its address: whoever waits in its backlog sees nothing of it.
        @Test func aListenerThatIsRenamedKeepsItsSocket() throws {
            func door(_ name: String) -> String {
                Self.door(name, "127.0.0.2:0", "limits: {sessions: 1}")
            }
            try Self.with([door("before")]) { run, upstream in
                let endpoint = try run.daemon.endpoint("before")
                let (first, waiting) = try Self.queue(run, "before")
                let socket = try Self.sockets(run)
                try run.reload(Self.file([door("after")], upstream))
                #expect(try Self.sockets(run) == socket)
                try first.finishWriting()
                #expect(try first.receiveEnd() == .end)
                for client in waiting {
                    #expect(try client.receive(text: 1) == "A")
                    try client.finishWriting()
                    #expect(try client.receiveEnd() == .end)
                }
                #expect(try Reload.visit(endpoint) == "A")
                let lines = try run.daemon.sessions(22)
                #expect(lines.first { $0.listener == "before" }?.reason == "completed")
                #expect(lines.suffix(10).allSatisfy { $0.listener == "after" })
            }
        }

        @Test(arguments: [("127.0.0.1", "0.0.0.0"), ("0.0.0.0", "127.0.0.1")])
        func anAddressThatOverlapsAnOldOneNeedsARestart(_ old: String, _ new: String) throws {
            let port = try Listener.closedPort().port
            func door(_ name: String, _ host: String) -> String {
                let word = host == "0.0.0.0" ? "insecure-plaintext-listener: true" : ""
                return Self.door(name, "\(host):\(port)", word)
            }
            try Self.with([door("near", old)]) { run, upstream in
                // In one file they are a mistake; one in place of the other would leave a gap.
                let both = Self.file([door("near", old), door("beside", new)], upstream)
                let moved = Self.file([door("near", new)], upstream)
                for (file, word) in [(both, "is taken"), (moved, "restart")] {
                    let said = try run.reloadInVain(file)
                    #expect(said.contains("\(new):\(port)"), "\(said)")
                    #expect(said.contains(word), "\(said)")
                    #expect(try Reload.visit(.tcp("127.0.0.1", port)) == "A")
                }
                #expect(try run.daemon.sessions(2).allSatisfy { $0.listener == "near" })
            }
        }

        /// One session at a door with a cap of one, and twenty that wait in its backlog.
        static func queue(
            _ run: ConfiguredDaemon, _ listener: String
        ) throws -> (first: Peer, waiting: [Peer]) {
            let first = try run.connect(listener)
            #expect(try first.receive(text: 1) == "A")
            let waiting = try (0..<20).map { _ in try run.connect(listener) }
            try eventually("the kernel holds them") {
                try Backlog(run.daemon.endpoint(listener)).length == 20
            }
            return (first, waiting)
        }

        static func sockets(_ run: ConfiguredDaemon) throws -> [String] {
            try run.daemon.doors.map { try Backlog($0.endpoint).inode }
        }

        static func door(
            _ name: String, _ bind: String = "127.0.0.1:0", _ line: String = ""
        ) -> String {
            "  \(name):\n    bind: \(bind)\n    upstream: service\n    \(line)\n"
        }

        static func file(_ doors: [String], _ upstream: Service) -> String {
            "listeners:\n\(doors.joined())upstreams:\n  service:\n"
                + "    endpoints: [\"\(upstream.listener.endpoint)\"]\n"
        }

        static func with(
            _ doors: [String], _ body: (ConfiguredDaemon, Service) throws -> Void
        ) throws {
            let upstream = try Reload.letter("A")
            defer { upstream.stop() }
            try ConfiguredDaemon.with(file(doors, upstream)) { try body($0, upstream) }
        }
    }
}

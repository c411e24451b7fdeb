// SPDX-License-Identifier: Apache-2.0
// Sessions leave nothing behind: descriptors and memory after ten thousand are those of before.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Churn {
        @Test(arguments: [
            (Combination.plainToPlain, 10_000), (.tlsToTLS, 10_000), (.plainToTunnel, 10_000),
        ])
        func tenThousandConnectionsLeaveNothingBehind(
            _ combination: Combination, _ full: Int
        ) throws {
            raiseDescriptorLimit()
            // Enough to fill the cache of TLS sessions (1024): it grows until then, and no further.
            let count = max(Scale.of(full), 1500)
            // More of a tunnel's connections may stand later than at first, if it likes; not here.
            let flags = combination.isTunnel ? ["--carriers", "1"] : []
            try Tunnel.with(combination, flags: flags) { tunnel in
                let service = Service.echo(on: tunnel.upstream)
                defer { service.stop() }
                let facts = tunnel.daemons.map { ProcessFacts($0) }
                try Self.visit(tunnel, times: 30)
                for daemon in tunnel.daemons { _ = try daemon.sessions(30) }
                let before = try facts.map { try $0.descriptors.count }
                func descriptorsAreBack() throws {
                    try eventually("descriptors back to \(before)") {
                        try zip(facts, before).allSatisfy { try $0.descriptors.count <= $1 }
                    }
                }

                try Self.visit(tunnel, times: count)
                for daemon in tunnel.daemons {
                    _ = try daemon.sessions(30 + count, within: .seconds(30))
                }
                try descriptorsAreBack()
                let first = try facts.map { try $0.memory("VmRSS") }

                try Self.visit(tunnel, times: count)
                for daemon in tunnel.daemons {
                    let lines = try daemon.sessions(30 + 2 * count, within: .seconds(30))
                    #expect(lines.filter { $0.reason == "client-reset" }.count >= count / 2)
                    #expect(lines.filter { $0.reason == "completed" }.count >= count)
                }
                try descriptorsAreBack()
                // Memory is given back when the workers have been idle for a moment.
                var second = first
                try? eventually(within: .seconds(5), "RSS is back") {
                    second = try facts.map { try $0.memory("VmRSS") }
                    return zip(second, first).allSatisfy { $0 <= $1 + 1024 }
                }
                #expect(
                    zip(second, first).allSatisfy { $0 <= $1 + 1024 },
                    "\(first) KiB after \(count), \(second) after as many more")
            }
        }

        /// A third of the visitors resets, the others end well; eight at a time.
        static func visit(_ tunnel: Tunnel, times: Int) throws {
            _ = try atOnce(0..<8) { thread in
                for number in stride(from: thread, to: times, by: 8) {
                    let client = try tunnel.connect()
                    try client.send("hello")
                    try demand(try client.receive(text: 5) == "hello")
                    if number % 3 == 0 {
                        client.reset()
                    } else {
                        try client.finishWriting()
                        try demand(try client.receiveEnd() == .end)
                        client.close()
                    }
                }
            }
        }

        /// The soft limit of a fresh login is 1024: the daemon raises its own.
        @Test func threeThousandIdleSessionsAreHeld() throws {
            raiseDescriptorLimit()
            let count = Scale.of(3000)
            let listener = try Listener()
            let service = Service.echo(on: listener)
            defer { service.stop() }
            let prefix = try [Program("prlimit").path, "--nofile=1024:20000"]
            let arguments = [
                "connect", "--plain", "--listen", "127.0.0.1:0", "--to", "\(listener.endpoint)",
            ]
            try Daemon.with(arguments, through: prefix) { daemon in
                let clients = try atOnce(0..<8) { thread in
                    try stride(from: thread, to: count, by: 8).map { _ in
                        let client = try Peer.connect(to: daemon.endpoint)
                        try client.send("hello")
                        try demand(try client.receive(text: 5) == "hello")
                        return client
                    }
                }.flatMap { $0 }
                #expect(clients.count == count)
                #expect(daemon.child.output.isEmpty, "none has ended")
                for client in clients {
                    try client.send("still here")
                    #expect(try client.receive(text: 10) == "still here")
                }
                for client in clients { client.reset() }
                _ = try daemon.sessions(count, within: .seconds(30))
            }
        }
    }
}

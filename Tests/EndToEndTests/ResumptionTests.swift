// SPDX-License-Identifier: Apache-2.0
// TLS sessions are resumed across workers, counted by those who would notice: the client, and the
// upstream.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Resumption {
        @Test func clientsResumeWithTheirNewestTicketAcrossWorkers() throws {
            let service = Service(on: try Listener()) { peer in
                try peer.send("!")
                _ = try peer.receiveAll()
            }
            defer { service.stop() }
            let arguments =
                try [
                    "terminate", "--listen", "127.0.0.1:0", "--to", "\(service.listener.endpoint)",
                    "--workers", "2", "--client-ca", PKI.certificate("ca"), "--allow",
                    "dns:client.test",
                ] + PKI.identity("server")
            try Daemon.with(arguments) { daemon in
                let counts = try atOnce(0..<4) { _ in
                    try (0..<10).reduce(0) { sum, _ in try sum + Self.visits(daemon.endpoint) }
                }
                let resumed = counts.reduce(0, +)
                #expect(resumed >= 380, "\(resumed) of 400 resumed")
                let lines = try daemon.sessions(440)
                #expect(lines.filter { $0.clientTls?.resumed == true }.count == resumed)
                // A resumed client is still known by its name.
                #expect(lines.allSatisfy { $0.clientTls?.peer?.contains("client") == true })
                let workers = Set(lines.filter { $0.clientTls?.resumed == true }.map(\.worker))
                #expect(workers.count == 2, "resumed by workers \(workers) only")
            }
        }

        /// One full handshake, then ten with the newest ticket; hands out how many of those were
        /// resumed.
        static func visits(_ endpoint: Endpoint) throws -> Int {
            let context = try TLSContext.client()
            var session: TLSSession?
            var resumed = 0
            for visit in 0...10 {
                let client = try Peer.connect(to: endpoint, tls: context, session: session)
                // With TLS 1.3 tickets come with the first read.
                _ = try client.receive(text: 1)
                let tls = client.tls!
                if visit == 0 {
                    try demand(!tls.wasResumed, "resumed nothing")
                } else if tls.wasResumed {
                    resumed += 1
                }
                session = tls.session
                try client.finishWriting()
                _ = try client.receiveAll()
            }
            return resumed
        }

        @Test func sessionsTowardsAnUpstreamAreResumedInBursts() throws {
            let service = Service.echo(on: try Listener(tls: .server()))
            defer { service.stop() }
            let arguments =
                try Combination.plainToTLS.arguments
                + [
                    "--listen", "127.0.0.1:0", "--to", "\(service.listener.endpoint)", "--workers",
                    "2",
                ]
            try Daemon.with(arguments) { daemon in
                var first = 0
                for round in 0...10 {
                    let clients = try atOnce(0..<40) { _ in
                        let client = try Peer.connect(to: daemon.endpoint)
                        try client.send("echo")
                        _ = try client.receive(text: 4)
                        return client
                    }
                    for client in clients { try client.finishWriting() }
                    for client in clients { #expect(try client.receiveEnd() == .end) }
                    // The first round has no tickets but those of its own earlier handshakes.
                    if round == 0 { first = service.resumptions }
                }
                #expect(service.connections == 440)
                let resumed = service.resumptions - first
                #expect(resumed >= 380, "\(resumed) of 400 resumed")
                let lines = try daemon.sessions(440)
                let told = lines.filter { $0.upstreamTls?.resumed == true }.count
                #expect(told == service.resumptions)
            }
        }

        /// What was resumed is judged anew: a session from before does not outlive the policy it
        /// was made under.
        @Test func aSessionOfAnotherListenerIsNotResumed() throws {
            let service = Service(on: try Listener()) { peer in
                try peer.send("!")
                _ = try peer.receiveAll()
            }
            defer { service.stop() }
            let common =
                try [
                    "terminate", "--listen", "127.0.0.1:0", "--to", "\(service.listener.endpoint)",
                    "--client-ca", PKI.certificate("ca"),
                ] + PKI.identity("server")
            let context = try TLSContext.client()
            let session = try Daemon.with(common + ["--allow", "dns:client.test"]) { daemon in
                let client = try Peer.connect(to: daemon.endpoint, tls: context)
                _ = try client.receive(text: 1)
                return try #require(client.tls?.session)
            }
            try Daemon.with(common + ["--allow", "dns:other.test"]) { daemon in
                do {
                    let client = try Peer.connect(
                        to: daemon.endpoint, tls: context, session: session)
                    let (bytes, ending) = try client.receiveAll()
                    #expect(bytes.isEmpty)
                    #expect(ending.isAlert)
                } catch let refusal as HandshakeFailure {
                    #expect(refusal.ending.isAlert)
                }
            }
        }
    }
}

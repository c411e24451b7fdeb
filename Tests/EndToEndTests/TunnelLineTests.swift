// SPDX-License-Identifier: Apache-2.0
// Both ends of a tunnel tell of the same session: which connection carried it, what was asked for,
// and which hop failed and why.

import Support
import Testing

extension EndToEnd {
    @Suite struct TunnelLines {
        @Test func bothEndsTellTheAuthorityTheCarrierAndTheTime() throws {
            try Tunnel.with(.plainToTunnel, flags: ["--workers", "1"]) { tunnel in
                let far = try #require(tunnel.far)
                for _ in 0..<2 {
                    let pair = try tunnel.open()
                    try pair.exchange("hello")
                    try pair.finish()
                }
                let (near, behind) = (try tunnel.daemon.sessions(2), try far.sessions(2))
                for line in near + behind {
                    #expect(line.authority == Combination.authority)
                    #expect(line.reason == "completed")
                    #expect(line.bytesUp == 5 && line.bytesDown == 5)
                }
                for lines in [near, behind] {
                    #expect(lines[0].carrier != nil)
                    #expect(lines[0].carrier == lines[1].carrier, "the second came over another")
                    #expect(lines[0].session != lines[1].session)
                }
                for line in near { #expect(try (0..<5000).contains(#require(line.tunnelMs))) }
                #expect(near[0].endpoint == "\(far.endpoint)")
                #expect(near[0].upstreamTls?.alpn == "h2")
                #expect(near[0].clientTls == nil)
                #expect(behind[0].endpoint == "\(tunnel.upstream.endpoint)")
                #expect(behind[0].clientTls?.alpn == "h2")
                #expect(behind[0].clientTls?.peer?.contains("client.test") == true)
                #expect(behind[0].upstreamTls == nil)
                // The address at the far end of its connection, the same for both.
                #expect(behind[0].client.hasPrefix("127.0.0.1:"))
                #expect(behind[0].client == behind[1].client)
            }
        }

        /// What the near end asks for; what the far end makes of it.
        struct Refusal: Sendable, CustomTestStringConvertible {
            let authority: String
            /// In the near end's message.
            let status: String
            let words: [String]
            /// The far end's.
            let reason: String
            let phase: String?
            var testDescription: String { "\(status) \(reason)" }
        }

        @Test(arguments: [
            Refusal(
                authority: "stranger.test:1", status: "403", words: ["http_request_denied"],
                reason: "authority-refused", phase: nil),
            Refusal(
                authority: "closed.test:1", status: "502", words: ["connection_refused"],
                reason: "connect-failed", phase: "connecting to the upstream"),
            Refusal(
                authority: "nowhere.test:1", status: "502", words: ["dns_error"],
                reason: "resolve-failed", phase: "resolving the upstream"),
        ])
        func aRefusalIsToldAtBothEndsWithItsReason(_ refusal: Refusal) throws {
            let upstream = try Listener()
            let routes = [
                Combination.authority: "\(upstream.endpoint)",
                "closed.test:1": "\(try Listener.closedPort())",
                "nowhere.test:1": "nowhere.invalid:1",
            ]
            let terminator =
                try Combination.terminator([:])
                + routes.flatMap { ["--authorities", "\($0.key)=\($0.value)"] }
            try Daemon.with(terminator) { far in
                var arguments = try Combination.plainToTunnel.arguments
                arguments += [
                    "--workers", "1", "--listen", "127.0.0.1:0", "--to", "\(far.endpoint)",
                ]
                let place = try #require(arguments.firstIndex(of: Combination.authority))
                arguments[place] = refusal.authority
                try Daemon.with(arguments) { near in
                    for spoken in ["", "hello"] {
                        let client = try Peer.connect(to: near.endpoint)
                        if !spoken.isEmpty { _ = try? client.send(spoken) }
                        #expect(try client.receiveEnd() == .reset)
                    }
                    for line in try near.sessions(2) {
                        #expect(line.reason == "tunnel-refused")
                        #expect(line.phase == "opening the tunnel")
                        #expect(line.closedBy == "upstream")
                        #expect(line.authority == refusal.authority)
                        #expect(line.bytesUp == 0 && line.bytesDown == 0)
                        #expect(line.message.contains(refusal.status), "\(line.message)")
                        for word in refusal.words {
                            #expect(line.message.contains(word), "\(line.message)")
                        }
                    }
                    for line in try far.sessions(2) {
                        #expect(line.reason == refusal.reason)
                        #expect(line.authority == refusal.authority)
                        if let phase = refusal.phase { #expect(line.phase == phase) }
                        #expect(!line.message.isEmpty)
                    }
                    // The connection is none the worse for it.
                    #expect(try Set(near.sessions.map(\.carrier)).count == 1)
                    #expect(try Connections.established(at: far) >= 1)
                }
            }
        }

        /// Names of hosts have no case.
        @Test func anAuthorityIsComparedWithoutRegardToCase() throws {
            let upstream = try Listener()
            let routes = [Combination.authority.uppercased(): upstream.endpoint]
            try Daemon.with(Combination.terminator(routes)) { far in
                let arguments =
                    try Combination.plainToTunnel.arguments
                    + ["--listen", "127.0.0.1:0", "--to", "\(far.endpoint)"]
                try Daemon.with(arguments) { near in
                    let client = try Peer.connect(to: near.endpoint)
                    try Tunnel.Pair(client: client, upstream: upstream.accept()).exchange("hello")
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// What TLS agrees on: versions, names, protocols; and that every end is said.

import COpenSSL
import Support
import Testing

extension EndToEnd {
    @Suite struct Negotiation {
        @Test(arguments: [
            ([String](), TLS1_2_VERSION, true), ([], TLS1_3_VERSION, true),
            ([], TLS1_1_VERSION, false), (["--min-version", "1.3"], TLS1_2_VERSION, false),
            (["--min-version", "1.3"], TLS1_3_VERSION, true),
            (["--max-version", "1.2"], TLS1_3_VERSION, false),
        ])
        func theListenersVersionsAreKept(_ flags: [String], _ version: Int32, _ good: Bool) throws {
            try Self.listener(flags) { daemon, upstream in
                var options = TLSOptions.mutualClient
                options.version = version...version
                let client = try Peer.connect(to: daemon.endpoint)
                do {
                    try client.secure(.client(options), until: .after(.seconds(5)))
                    #expect(good)
                    try client.exchange("hello", with: upstream.accept())
                } catch let refusal as HandshakeFailure {
                    #expect(!good)
                    #expect(refusal.ending == .alert(Int(SSL_AD_PROTOCOL_VERSION)))
                    #expect(!upstream.hasVisitor)
                }
            }
        }

        @Test(arguments: [
            ([String](), TLS1_2_VERSION, "TLSv1.2"), ([], TLS1_3_VERSION, "TLSv1.3"),
            (["--min-version", "1.3"], TLS1_2_VERSION, nil),
            (["--max-version", "1.2"], TLS1_3_VERSION, nil),
        ])
        func theUpstreamsVersionsAreKept(
            _ flags: [String], _ version: Int32, _ negotiated: String?
        ) throws {
            var options = TLSOptions.mutualServer
            options.version = version...version
            try Self.upstream(options, flags) { daemon, upstream in
                let client = try Peer.connect(to: daemon.endpoint)
                if let negotiated {
                    let visitor = try upstream.accept()
                    try client.exchange("hello", with: visitor)
                    client.close()
                    visitor.close()
                    #expect(try daemon.session().upstreamTls?.version == negotiated)
                } else {
                    #expect(throws: (any Error).self) { try upstream.accept() }
                    #expect(try client.receiveEnd() == .reset)
                    #expect(try daemon.session().reason == "handshake-failed")
                }
            }
        }

        @Test(arguments: [(["redis"], "redis"), (["other", "redis"], "redis"), ([], nil)])
        func theListenerAgreesOnAProtocol(_ offered: [String], _ agreed: String?) throws {
            try Self.listener(["--alpn", "postgresql,redis"]) { daemon, upstream in
                var options = TLSOptions.mutualClient
                options.protocols = offered
                let client = try Peer.connect(to: daemon.endpoint, tls: .client(options))
                #expect(client.tls?.negotiatedProtocol == agreed)
                try client.exchange("hello", with: upstream.accept())
            }
        }

        /// ALPACA: going on without a common protocol is how one server is taken for another.
        @Test func noProtocolInCommonIsRefused() throws {
            try Self.listener(["--alpn", "postgresql"]) { daemon, upstream in
                var options = TLSOptions.mutualClient
                options.protocols = ["http/1.1"]
                let client = try Peer.connect(to: daemon.endpoint)
                let error = #expect(throws: HandshakeFailure.self) {
                    try client.secure(.client(options), until: .after(.seconds(5)))
                }
                #expect(error?.ending == .alert(Int(SSL_AD_NO_APPLICATION_PROTOCOL)))
                #expect(!upstream.hasVisitor)
            }
        }

        @Test func theUpstreamIsOfferedOurProtocolsAndOurName() throws {
            var options = TLSOptions.mutualServer
            options.protocols = ["redis"]
            try Self.upstream(options, ["--alpn", "redis"]) { daemon, upstream in
                let client = try Peer.connect(to: daemon.endpoint)
                let visitor = try upstream.accept()
                #expect(visitor.tls?.negotiatedProtocol == "redis")
                #expect(visitor.tls?.serverName == "localhost")
                try client.exchange("hello", with: visitor)
                client.close()
                visitor.close()
                #expect(try daemon.session().upstreamTls?.alpn == "redis")
            }
        }

        static func listener(_ flags: [String], _ body: (Daemon, Listener) throws -> Void) throws {
            let upstream = try Listener()
            let arguments =
                try Combination.tlsToPlain.arguments
                + ["--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)"] + flags
            try Daemon.with(arguments) { try body($0, upstream) }
        }

        static func upstream(
            _ options: TLSOptions, _ flags: [String], _ body: (Daemon, Listener) throws -> Void
        ) throws {
            let upstream = try Listener(tls: .server(options))
            let arguments =
                try Combination.plainToTLS.arguments
                + ["--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)"] + flags
            try Daemon.with(arguments) { try body($0, upstream) }
        }
    }
}

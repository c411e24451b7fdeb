// SPDX-License-Identifier: Apache-2.0
// nginx's stream module as the TLS peer, in both roles.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Nginx {
        static let bytes = 32 << 20

        /// client → attache connect → nginx (ssl, mutual) → echo
        @Test func nginxIsTheTLSUpstream() throws {
            let echo = Service.echo(on: try Listener())
            defer { echo.stop() }
            let port = try Listener.closedPort().port
            let server = try """
            listen 127.0.0.1:\(port) ssl;
            ssl_certificate \(PKI.certificate("server"));
            ssl_certificate_key \(PKI.key("server"));
            ssl_client_certificate \(PKI.certificate("ca"));
            ssl_verify_client on;
            proxy_pass \(echo.listener.endpoint);
            """
            try Self.withNginx(server, port) {
                let arguments =
                    try Combination.plainToTLS.arguments
                    + ["--listen", "127.0.0.1:0", "--to", "127.0.0.1:\(port)"]
                try Daemon.with(arguments) { daemon in
                    try Self.echoes(Peer.connect(to: daemon.endpoint))
                    #expect(try daemon.session().upstreamTls?.version.hasPrefix("TLSv1.") == true)
                }
            }
        }

        /// client → nginx (proxy_ssl) → attache terminate → echo
        @Test func nginxIsTheTLSClient() throws {
            let echo = Service.echo(on: try Listener())
            defer { echo.stop() }
            let arguments =
                try Combination.tlsToPlain.arguments
                + ["--listen", "127.0.0.1:0", "--to", "\(echo.listener.endpoint)"]
            try Daemon.with(arguments) { daemon in
                let port = try Listener.closedPort().port
                let server = try """
                listen 127.0.0.1:\(port);
                proxy_pass \(daemon.endpoint);
                proxy_ssl on;
                proxy_ssl_certificate \(PKI.certificate("client"));
                proxy_ssl_certificate_key \(PKI.key("client"));
                proxy_ssl_trusted_certificate \(PKI.certificate("ca"));
                proxy_ssl_protocols TLSv1.2 TLSv1.3;
                proxy_ssl_verify on;
                proxy_ssl_name localhost;
                """
                try Self.withNginx(server, port) {
                    try Self.echoes(Peer.connect(to: .tcp("127.0.0.1", port)))
                    #expect(try daemon.session().clientTls?.peer?.contains("client") == true)
                }
            }
        }

        /// nginx's stream module loses a half-close over TLS (hostile.md 5): the client reads
        /// everything first.
        static func echoes(_ client: Peer) throws {
            let sending = Background { try client.send(RandomStream(seed: 10), bytes: bytes) }
            try client.expect(RandomStream(seed: 10), bytes: bytes)
            try sending.value()
            client.close()
        }

        static func withNginx(_ server: String, _ port: UInt16, _ body: () throws -> Void) throws {
            let folder = try Folder()
            let file = try folder.write(
                "nginx.conf",
                """
                load_module /usr/lib/nginx/modules/ngx_stream_module.so;
                daemon off; master_process off; worker_processes 1; user root;
                pid \(folder.file("pid"));
                error_log stderr;
                events { worker_connections 64; }
                stream { server {
                \(server)
                } }
                """)
            let nginx = try Program("nginx").start(["-p", folder.path, "-e", "stderr", "-c", file])
            defer { nginx.destroy() }
            let here = Endpoint.tcp("127.0.0.1", port)
            try eventually("nginx listens: \(nginx.tail)") {
                guard nginx.isRunning else { throw Failure("nginx ended: \(nginx.tail)") }
                return try Self.listens(here)
            }
            try body()
        }

        /// By the kernel's table: a connection of ours would be a session for those behind.
        static func listens(_ endpoint: Endpoint) throws -> Bool {
            let table = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)
            let port = String(endpoint.port, radix: 16, uppercase: true)
            let padded = String(repeating: "0", count: 4 - port.count) + port
            return table.contains("0100007F:\(padded) 00000000:0000 0A")
        }
    }
}

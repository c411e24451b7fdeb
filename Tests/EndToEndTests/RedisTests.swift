// SPDX-License-Identifier: Apache-2.0
// A Redis that accepts only mutual TLS serves redis-cli and redis-benchmark, which speak plaintext.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Redis {
        @Test func plainProgramsUseAMutualTLSRedis() throws {
            try Self.withRedis { port in
                let arguments =
                    try Combination.plainToTLS.arguments
                    + ["--listen", "127.0.0.1:0", "--to", "127.0.0.1:\(port)"]
                try Daemon.with(arguments) { daemon in
                    let cli = try Program("redis-cli")
                    let address = ["-h", "127.0.0.1", "-p", "\(daemon.endpoint.port)"]
                    #expect(try cli.lines(address + ["ping"]) == ["PONG"])
                    #expect(try cli.lines(address + ["set", "key", "value"]) == ["OK"])
                    #expect(try cli.lines(address + ["get", "key"]) == ["value"])
                    let lines = try daemon.sessions(3)
                    #expect(
                        lines.allSatisfy { $0.upstreamTls?.peer?.contains("localhost") == true })
                    #expect(lines.last?.upstreamTls?.resumed == true)

                    let benchmark = try Program("redis-benchmark").lines(
                        address + [
                            "-q", "-c", "20", "-n", "\(Scale.of(20_000))", "-d", "1000", "-t",
                            "set,get,lrange_100",
                        ], within: .seconds(60))
                    let results = benchmark.joined(separator: "\n").components(separatedBy: "\r")
                        .joined(separator: "\n")
                    for command in ["SET", "GET", "LRANGE_100"] {
                        #expect(results.contains("\(command)"), "\(results)")
                        #expect(results.contains("requests per second"))
                    }
                    #expect(!results.lowercased().contains("error"))
                }
            }
        }

        /// And the other way round: the TLS client is redis-cli --tls, the Redis a plain one on a
        /// Unix socket.
        @Test func aTLSClientUsesAPlainRedisBehindTerminate() throws {
            let folder = try Folder()
            let server = try Program("redis-server").start([
                "--port", "0", "--unixsocket", folder.file("redis"), "--save", "", "--dir",
                folder.path,
            ])
            defer { server.destroy() }
            try eventually("redis listens") {
                (try? Peer.connect(to: .unix(folder.file("redis")))) != nil
            }
            let arguments =
                try Combination.tlsToPlain.arguments
                + ["--listen", "127.0.0.1:0", "--to", "unix:\(folder.file("redis"))"]
            try Daemon.with(arguments) { daemon in
                let cli = try Program("redis-cli")
                let address = ["-h", "localhost", "-p", "\(daemon.endpoint.port)", "--tls"]
                let trust = try ["--cacert", PKI.certificate("ca")]
                let identity = try [
                    "--cert", PKI.certificate("client"), "--key", PKI.key("client"),
                ]
                #expect(try cli.lines(address + trust + identity + ["ping"]) == ["PONG"])
                let stranger = try cli.run(address + trust + ["ping"])
                #expect(!stranger.output.contains("PONG"))
                let refused = try daemon.sessions(2).last
                #expect(refused?.reason == "certificate-refused")
            }
        }

        static func withRedis(_ body: (UInt16) throws -> Void) throws {
            let folder = try Folder()
            let port = try Listener.closedPort().port
            let server = try Program("redis-server").start([
                "--port", "0", "--tls-port", "\(port)", "--bind", "127.0.0.1", "--tls-cert-file",
                PKI.certificate("server"), "--tls-key-file", PKI.key("server"),
                "--tls-ca-cert-file",
                PKI.certificate("ca"), "--tls-auth-clients", "yes", "--save", "", "--dir",
                folder.path,
            ])
            defer { server.destroy() }
            try eventually("redis listens") {
                (try? Peer.connect(to: .tcp("127.0.0.1", port))) != nil
            }
            try body(port)
        }
    }
}

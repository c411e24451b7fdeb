// SPDX-License-Identifier: Apache-2.0
// openssl s_server and s_client as the TLS peers: a stack that nobody here drives.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct OpenSSL {
        @Test(arguments: ["-tls1_2", "-tls1_3"])
        func sServerIsTheUpstream(_ version: String) throws {
            let port = try Listener.closedPort().port
            let arguments = try [
                "s_server", "-accept", "127.0.0.1:\(port)", version, "-cert",
                PKI.certificate("server"), "-key", PKI.key("server"), "-CAfile",
                PKI.certificate("ca"), "-Verify", "1", "-verify_return_error", "-rev",
            ]
            let server = try Program("openssl").start(arguments)
            defer { server.destroy() }
            try eventually("s_server listens") {
                try Nginx.listens(.tcp("127.0.0.1", port))
            }
            let flags =
                try Combination.plainToTLS.arguments
                + ["--listen", "127.0.0.1:0", "--to", "127.0.0.1:\(port)"]
            try Daemon.with(flags) { daemon in
                let client = try Peer.connect(to: daemon.endpoint)
                try client.send("drawer\n")
                #expect(try client.receive(text: 7) == "reward\n")
                client.close()
                let name = version == "-tls1_2" ? "TLSv1.2" : "TLSv1.3"
                #expect(try daemon.session().upstreamTls?.version == name)
            }
        }

        @Test(arguments: ["-tls1_2", "-tls1_3"])
        func sClientIsTheClient(_ version: String) throws {
            try Tunnel.with(.tlsToPlain) { tunnel in
                let greeter = Service(on: tunnel.upstream) { peer in
                    try peer.send("from behind\n")
                    try peer.finishWriting()
                }
                defer { greeter.stop() }
                let arguments = try [
                    "s_client", "-connect", "\(tunnel.daemon.endpoint)", version, "-quiet",
                    "-verify_return_error", "-servername", "localhost",
                    "-verify_hostname",
                    "localhost", "-cert", PKI.certificate("client"), "-key", PKI.key("client"),
                    "-CAfile", PKI.certificate("ca"),
                ]
                let (exit, output, errors) = try Program("openssl").run(arguments)
                #expect(output.contains("from behind"), "\(exit) \(errors)")
                #expect(try tunnel.daemon.session().clientTls?.peer?.contains("client") == true)
            }
        }
    }
}

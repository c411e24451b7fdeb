// SPDX-License-Identifier: Apache-2.0
// Several certificates on one listener, as openssl s_client sees them.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct ServerName {
        @Test(
            arguments: [
                ("localhost", "CN=localhost"), ("wrong.test", "CN=wrong.test"),
                ("one.apps.test", "CN=apps"), ("one.two.apps.test", "CN=localhost"),
                ("nobody.test", "CN=localhost"), (nil, "CN=localhost"),
            ] as [(String?, String)], ["-tls1_2", "-tls1_3"])
        func clientsGetTheCertificateTheyAskFor(
            _ ask: (name: String?, subject: String), _ version: String
        ) throws {
            try Self.with { daemon in
                let seen = try Self.visit(daemon, ask.name, [version])
                #expect(
                    seen.contains {
                        // Newer versions write `CN=` without spaces.
                        $0.hasPrefix("subject=") && $0.filter { $0 != " " }.contains(ask.subject)
                    },
                    "\(seen)")
                #expect(seen.contains("from behind"))
                #expect(try daemon.session().clientTls?.peer?.contains("client") == true)
            }
        }

        @Test(arguments: ["localhost", "wrong.test", "one.apps.test"], ["-tls1_2", "-tls1_3"])
        func clientCertificatesAreDemandedUnderEveryName(
            _ name: String, _ version: String
        ) throws {
            try Self.with { daemon in
                let seen = try Self.visit(daemon, name, [version], identity: nil)
                #expect(!seen.contains("from behind"))
                let line = try daemon.session()
                #expect(line.reason == "certificate-refused", "\(line.message)")
                #expect(line.message.contains("showed no certificate"))
            }
        }

        @Test(arguments: ["wrong.test", "one.apps.test"], ["-tls1_2", "-tls1_3"])
        func sessionsAreResumedUnderEveryName(_ name: String, _ version: String) throws {
            let folder = try Folder()
            try Self.with { daemon in
                let made = try Self.visit(
                    daemon, name, [version, "-sess_out", folder.file("session")])
                #expect(made.contains { $0.hasPrefix("New, ") }, "\(made)")
                let again = try Self.visit(
                    daemon, name, [version, "-sess_in", folder.file("session")])
                #expect(again.contains { $0.hasPrefix("Reused, ") }, "\(again)")
                #expect(again.contains("from behind"))
                let lines = try daemon.sessions(2)
                #expect(lines.map { $0.clientTls?.resumed } == [false, true])
                #expect(lines.allSatisfy { $0.clientTls?.peer?.contains("client") == true })
            }
        }

        /// Three certificates, clients of ours only, and a service that greets.
        static func with(_ body: (Daemon) throws -> Void) throws {
            let service = Service(on: try Listener()) { peer in
                try peer.send("from behind\n")
                try peer.finishWriting()
            }
            defer { service.stop() }
            let arguments =
                try [
                    "terminate", "--listen", "127.0.0.1:0", "--to", "\(service.listener.endpoint)",
                    "--client-ca", PKI.certificate("ca"), "--allow", "dns:client.test",
                ] + PKI.identity("server") + PKI.identity("wrong-name") + PKI.identity("wildcard")
            try Daemon.with(arguments, body)
        }

        /// What s_client prints, to the end of the stream.
        static func visit(
            _ daemon: Daemon, _ name: String?, _ more: [String], identity: String? = "client"
        ) throws -> [String] {
            let shown = try identity.map {
                try ["-cert", PKI.certificate($0), "-key", PKI.key($0)]
            }
            let arguments =
                try [
                    "s_client", "-connect", "\(daemon.endpoint)", "-CAfile", PKI.certificate("ca"),
                    "-ign_eof",
                ] + (name.map { ["-servername", $0] } ?? ["-noservername"]) + (shown ?? []) + more
            return try Program("openssl").run(arguments).output
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Certificates, authorities and revocation lists are read anew by a reload, of every command: who
// shakes hands afterwards meets the new ones, and nobody else notices.

import COpenSSL
import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct ReloadedCertificates {
        @Test func aCertificateIsReplacedWhileClientsShakeHands() throws {
            try Self.terminating { run, _ in
                let context = try TLSContext.client()
                let endpoint = try run.daemon.endpoint("door")
                let resident = try Peer.connect(to: endpoint, tls: context)
                #expect(try resident.receive(text: 1) == "A")
                let visitors = Visitors(rate: 60) {
                    let client = try Peer.connect(to: endpoint, tls: context)
                    defer { client.close() }
                    try demand(try client.receive(text: 1) == "A")
                    try client.finishWriting()
                    try demand(try client.receiveEnd() == .end)
                    return client.tls?.peerSerial ?? "none"
                }
                let profiles = ["server", "rsa-server", "intermediate", "server"]
                var epochs = [Reload.Epoch(answer: try PKI.serial("server"), from: .now)]
                try visitors.wait(for: 15)
                for profile in profiles.dropFirst() {
                    epochs[epochs.count - 1].until = .now
                    try PKI.copyIdentity(profile, to: run.folder.file("server"))
                    let said = try run.daemon.reload()
                    #expect(said.contains("changed door"), "\(said)")
                    epochs.append(Reload.Epoch(answer: try PKI.serial(profile), from: .now))
                    try visitors.wait(for: 15)
                }
                epochs[epochs.count - 1].until = .now
                let visits = try visitors.stop()
                try Reload.judge(visits, epochs)
                #expect(Set(visits.map(\.answer)).count == 3)
                try resident.send("as before")
                #expect(try resident.receive(text: 9) == "as before")
                #expect(resident.tls?.peerSerial == epochs[0].answer)
            }
        }

        /// With a ticket of before, too: who was known is judged anew.
        @Test func aRevokedClientIsRefusedOnceItsListIsRead() throws {
            let list = "crl: crl.pem"
            try Self.terminating(lines: list) { run, _ in
                try Self.changes(run, for: "revoked-client", alert: 44) {
                    try PKI.copy("crl", to: run.folder.file("crl.pem"))
                }
                #expect(try Self.visit(run, "client").refusal == nil)
            }
        }

        @Test func anAuthorityThatIsReplacedVouchesForNobodyMore() throws {
            try Self.terminating { run, _ in
                try Self.changes(run, for: "client", alert: 48) {
                    try PKI.copy("other-ca", to: run.folder.file("ca.pem"))
                }
                #expect(try Self.visit(run, "other-authority-client").refusal == nil)
            }
        }

        @Test func aKeyThatDoesNotFitLeavesTheOldPairInService() throws {
            try Self.terminating { run, _ in
                try PKI.copy("rsa-server", to: run.folder.file("server.pem"))
                let said = try run.daemon.reloadInVain()
                #expect(said.contains("server.key") || said.contains("server.pem"), "\(said)")
                let client = try run.connect("door", tls: .client())
                #expect(client.tls?.peerSerial == (try PKI.serial("server")))
            }
        }

        @Test func aReloadThatLeavesTLSAloneKeepsItsTickets() throws {
            try Self.terminating { run, _ in
                let ticket = try #require(try Self.visit(run, "client").ticket)
                let other = try Reload.letter("A")
                defer { other.stop() }
                try run.reload(Self.file(run.folder, other.listener.endpoint))
                let again = try Self.visit(run, "client", session: ticket)
                #expect(again.refusal == nil && again.wasResumed)
                let said = try run.daemon.reload()
                #expect(said.contains("nothing changed"), "\(said)")
                let third = try Self.visit(run, "client", session: again.ticket)
                #expect(third.refusal == nil && third.wasResumed)
            }
        }

        // MARK: The commands without a file

        @Test func terminateReadsItsCertificateAnew() throws {
            let upstream = try Reload.letter("A")
            defer { upstream.stop() }
            let folder = try Folder()
            let identity = folder.file("server")
            try PKI.copyIdentity("server", to: identity)
            let arguments = [
                "terminate", "--listen", "127.0.0.1:0", "--to", "\(upstream.listener.endpoint)",
                "--certificate", identity + ".pem", "--key", identity + ".key",
            ]
            try Daemon.with(arguments) { daemon in
                for profile in ["server", "rsa-server"] {
                    try PKI.copyIdentity(profile, to: identity)
                    try daemon.reload()
                    let client = try Peer.connect(to: daemon.endpoint, tls: .client())
                    #expect(client.tls?.peerSerial == (try PKI.serial(profile)))
                    #expect(try client.receive(text: 1) == "A")
                }
            }
        }

        @Test func connectReadsItsCertificateAndItsAuthoritiesAnew() throws {
            let folder = try Folder()
            let identity = folder.file("client")
            let authority = try PKI.copy("ca", to: folder.file("ca.pem"))
            try PKI.copyIdentity("client", to: identity)
            let upstream = try Listener(tls: .server())
            let arguments = [
                "connect", "--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)",
                "--certificate", identity + ".pem", "--key", identity + ".key", "--ca", authority,
                "--server-name", "localhost",
            ]
            try Daemon.with(arguments) { daemon in
                for profile in ["client", "other-client"] {
                    try PKI.copyIdentity(profile, to: identity)
                    try daemon.reload()
                    let client = try Peer.connect(to: daemon.endpoint)
                    let visitor = try upstream.accept()
                    #expect(visitor.tls?.peerSerial == (try PKI.serial(profile)))
                    try client.exchange("hello", with: visitor)
                }
                try PKI.copy("other-ca", to: authority)
                try daemon.reload()
                let client = try Peer.connect(to: daemon.endpoint)
                #expect(throws: (any Error).self) { try upstream.accept() }
                #expect(try client.receiveEnd() == .reset)
                #expect(try daemon.sessions(3).contains { $0.reason == "certificate-refused" })
            }
        }

        // MARK: What they share

        /// `attache run` with copies of the server's certificate, the authority and the list of
        /// before, as `server`, `ca` and `crl`, in front of an upstream that says A.
        static func terminating(
            lines: String = "", _ body: (ConfiguredDaemon, Service) throws -> Void
        ) throws {
            let upstream = try Reload.letter("A")
            defer { upstream.stop() }
            let configuration = try ConfiguredDaemon.Configuration("")
            let folder = configuration.folder
            try PKI.copyIdentity("server", to: folder.file("server"))
            try PKI.copy("ca", to: folder.file("ca.pem"))
            try PKI.copy("crl-before", to: folder.file("crl.pem"))
            try configuration.write(file(folder, upstream.listener.endpoint, lines: lines))
            try ConfiguredDaemon.with(configuration) { try body($0, upstream) }
        }

        static func file(
            _ folder: Folder, _ upstream: Endpoint, lines: String = ""
        ) -> String {
            """
            listeners:
              door:
                bind: 127.0.0.1:0
                upstream: service
                tls:
                  certificate: \(folder.file("server.pem"))
                  key: \(folder.file("server.key"))
                  client-ca: \(folder.file("ca.pem"))
                  allow: {dns: ["client.test"]}
                  \(lines)
            upstreams:
              service:
                endpoints: ["\(upstream)"]
            """
        }

        struct Visit {
            /// How the handshake or the first read ended; nil: it was answered.
            var refusal: Ending?
            var wasResumed = false
            var ticket: TLSSession?
        }

        /// With TLS 1.3 a refusal and tickets come with the first read.
        static func visit(
            _ run: ConfiguredDaemon, _ profile: String, session: TLSSession? = nil
        ) throws -> Visit {
            let context = try TLSContext.client(TLSOptions(certificate: profile))
            do {
                let client = try run.connect("door", tls: context, session: session)
                var first: UInt8 = 0
                let received = try withUnsafeMutableBytes(of: &first) {
                    try client.receive(into: $0)
                }
                if case .ended(let ending) = received { return Visit(refusal: ending) }
                let tls = client.tls
                let visit = Visit(wasResumed: tls?.wasResumed == true, ticket: tls?.session)
                try client.finishWriting()
                #expect(try client.receiveEnd() == .end)
                return visit
            } catch let refusal as HandshakeFailure {
                return Visit(refusal: refusal.ending)
            }
        }

        /// Served before, with and without a ticket; after `change` and a reload refused with this
        /// alert, with and without the ticket.
        static func changes(
            _ run: ConfiguredDaemon, for profile: String, alert: Int, _ change: () throws -> Void
        ) throws {
            let stranger = try visit(run, profile)
            let known = try visit(run, profile, session: stranger.ticket)
            #expect(stranger.refusal == nil && known.refusal == nil)
            #expect(known.wasResumed, "else nothing is proved of tickets")
            let context = try TLSContext.client(TLSOptions(certificate: profile))
            let resident = try run.connect("door", tls: context)
            #expect(try resident.receive(text: 1) == "A")
            try change()
            try run.daemon.reload()
            for ticket in [nil, known.ticket] {
                #expect(try visit(run, profile, session: ticket).refusal == .alert(alert))
            }
            try resident.send("as before")
            #expect(try resident.receive(text: 9) == "as before")
        }
    }
}

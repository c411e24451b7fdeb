// SPDX-License-Identifier: Apache-2.0
// Promises of several certificates on one listener: chosen by name, and nothing else differs.

import COpenSSL
import Testing

@testable import AttacheCore

@Suite struct ServerNameTests {
    let bench = Bench()
    private let first: Identity
    private let second: Identity
    private let third: Identity

    init() {
        func issue(_ names: String, _ file: String, from bench: Bench) -> Identity {
            bench.authority.issue(Request(commonName: file, names: names))
                .files(bench.scratch, file)
        }
        first = issue("DNS:localhost", "first", from: bench)
        second = issue("DNS:second.test", "second", from: bench)
        third = issue("DNS:*.apps.test", "third", from: bench)
    }

    private var identities: [Identity] { [first, second, third] }

    /// A client that takes any name, so that it tells which certificate it got.
    private func client(
        _ identity: TestIdentity? = nil, _ version: TLSVersion = .tls13
    ) throws -> TLSContext {
        try bench.client(identity) {
            $0.verify = .names((try? IdentityPolicy(parsing: ["cn:*"])) ?? .anyVerified)
            $0.shared.maxVersion = version
        }
    }

    private func run(
        _ client: TLSContext, _ server: TLSContext, _ name: String?,
        resuming: OpaquePointer? = nil
    ) throws -> Wire {
        let wire = try Wire(client: client, server: server, name: name, resuming: resuming)
        wire.run()
        return wire
    }

    @Test(
        arguments: [
            ("localhost", "first"), ("second.test", "second"), ("SECOND.test", "second"),
            ("a.apps.test", "third"), ("a.b.apps.test", "first"), ("unknown.test", "first"),
            ("127.0.0.1", "first"),
        ], [TLSVersion.tls12, .tls13])
    func clientGetsTheCertificateItAsksFor(
        _ ask: (name: String, file: String), _ version: TLSVersion
    ) throws {
        let wire = try run(
            client(nil, version), bench.server(identities: identities), ask.name)
        #expect(wire.succeeded, "\(wire.client.failure?.message ?? "")")
        #expect(wire.client.negotiated.peer?.contains("cn:\(ask.file)") == true)
    }

    @Test func clientWithoutANameGetsTheFirst() throws {
        let wire = try run(client(), bench.server(identities: identities), nil)
        #expect(wire.succeeded && wire.client.negotiated.peer?.contains("cn:first") == true)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13], ["localhost", "second.test"])
    func clientCertificatesAreDemandedUnderEveryName(
        _ version: TLSVersion, _ name: String
    ) throws {
        let server = try bench.server(identities: identities, allow: ["dns:client.test"])
        let nobody = try run(client(nil, version), server, name)
        #expect(nobody.server.failure?.reason == .certificateRefused)
        let wrong = bench.authority.issue(
            Request(commonName: "x", names: "DNS:other.test", usage: "clientAuth"))
        let refused = try run(client(wrong, version), server, name)
        #expect(refused.server.failure?.message.contains("no name in the certificate") == true)
        let stranger = try run(
            client(bench.other.issue(Bench.clientRequest), version), server, name)
        #expect(stranger.server.failure?.message.contains("unknown authority") == true)
        let good = try run(
            client(bench.authority.issue(Bench.clientRequest), version), server, name)
        #expect(good.succeeded, "\(good.server.failure?.message ?? "")")
        #expect(good.server.negotiated.peer?.contains("dns:client.test") == true)
    }

    @Test func revokedClientsAreRefusedUnderEveryName() throws {
        let revoked = bench.authority.issue(Bench.clientRequest)
        let list = bench.scratch.write("crl.pem", bench.authority.list(revoking: [revoked]))
        let server = try bench.server(identities: identities, allow: ["any-verified"]) {
            $0.crl = list
        }
        for name in ["localhost", "second.test"] {
            let wire = try run(client(revoked), server, name)
            #expect(wire.server.failure?.message.contains("revoked") == true)
        }
    }

    @Test func clientIsToldWhichAuthoritiesCountUnderEveryName() throws {
        let server = try bench.server(identities: identities, allow: ["any-verified"])
        let identity = bench.authority.issue(Bench.clientRequest)
        let wire = try run(client(identity, .tls12), server, "second.test")
        #expect(OPENSSL_sk_num(SSL_get0_peer_CA_list(wire.client.ssl)) == 1)
    }

    @Test func protocolsAndListsHoldUnderEveryName() throws {
        let server = try bench.server(identities: identities) {
            $0.alpn = ["redis"]
            $0.ciphers = ["ECDHE-ECDSA-AES256-GCM-SHA384"]
            $0.cipherSuites = ["TLS_AES_256_GCM_SHA384"]
        }
        for (version, suite) in [
            (TLSVersion.tls12, "ECDHE-ECDSA-AES256-GCM-SHA384"), (.tls13, "TLS_AES_256_GCM_SHA384"),
        ] {
            let client = try bench.client {
                $0.shared.alpn = ["h2", "redis"]
                $0.shared.maxVersion = version
            }
            let wire = try run(client, server, "second.test")
            #expect(wire.succeeded && wire.client.negotiated.alpn == "redis")
            #expect(wire.client.negotiated.cipher == suite)
            let other = try bench.client { $0.shared.alpn = ["h2"] }
            #expect(try run(other, server, "second.test").server.failure?.reason == .noCommonALPN)
        }
    }

    @Test(arguments: [TLSVersion.tls12, .tls13], ["localhost", "second.test", "a.apps.test"])
    func sessionsAreResumedUnderEveryNameAndTheirClientsLookedAtAgain(
        _ version: TLSVersion, _ name: String
    ) throws {
        let server = try bench.server(identities: identities, allow: ["dns:client.test"])
        let client = try client(bench.authority.issue(Bench.clientRequest), version)
        let made = try run(client, server, name)
        let ticket = try #require(made.client.inbox.pointee.tickets.last)
        let wire = try run(client, server, name, resuming: ticket)
        #expect(wire.succeeded && wire.server.negotiated.resumed)
        #expect(wire.server.negotiated.peer?.contains("dns:client.test") == true)
        #expect(server.refusesResumed(wire.server.ssl) == nil)
        let strict = try bench.server(identities: identities, allow: ["dns:other.test"])
        #expect(strict.refusesResumed(wire.server.ssl)?.message.contains("no name") == true)
        // Another listener, and the same one under another policy, resume nothing of it.
        let next = wire.client.inbox.pointee.tickets.last ?? ticket
        for other in [
            strict,
            try bench.server(
                identities: identities, allow: ["dns:client.test"], listener: "other"),
        ] {
            #expect(!(try run(client, other, name, resuming: next)).server.negotiated.resumed)
        }
    }

    /// Whose client resumes under another name believes the certificate that it has seen; who it
    /// is stays what it was.
    @Test(arguments: [TLSVersion.tls12, .tls13])
    func sessionOfOneNameUnderAnotherStillNamesItsClient(_ version: TLSVersion) throws {
        let server = try bench.server(identities: identities, allow: ["dns:client.test"])
        let client = try client(bench.authority.issue(Bench.clientRequest), version)
        let made = try run(client, server, "localhost")
        let ticket = try #require(made.client.inbox.pointee.tickets.last)
        let wire = try run(client, server, "second.test", resuming: ticket)
        #expect(wire.succeeded, "\(wire.client.failure?.message ?? "")")
        #expect(wire.server.negotiated.peer?.contains("dns:client.test") == true)
        let seen = wire.client.negotiated
        #expect(seen.peer?.contains(seen.resumed ? "cn:first" : "cn:second") == true)
        let nobody = try self.client(nil, version)
        let refused = try run(nobody, server, "second.test")
        #expect(refused.server.failure?.reason == .certificateRefused)
    }

    @Test func clientGetsTheKindOfKeyThatItCanVerify() throws {
        let rsa = bench.authority.issue(
            Request(commonName: "rsa", isRSA: true, names: "DNS:second.test"))
        let server = try bench.server(
            identities: identities + [rsa.files(bench.scratch, "rsa")])
        #expect(server.warnings.isEmpty, "\(server.warnings)")
        #expect(server.ownCertificates.count == 4)
        for (cipher, name) in [
            ("ECDHE-RSA-AES128-GCM-SHA256", "rsa"), ("ECDHE-ECDSA-AES128-GCM-SHA256", "second"),
        ] {
            let client = try bench.client {
                $0.shared.maxVersion = .tls12
                $0.shared.ciphers = [cipher]
            }
            let wire = try run(client, server, "second.test")
            #expect(wire.succeeded, "\(wire.client.failure?.message ?? "")")
            #expect(wire.client.negotiated.peer?.contains("cn:\(name)") == true)
        }
    }

    @Test func certificateThatNobodyGetsIsWarnedAbout() throws {
        let again = bench.authority.issue(Request(names: "DNS:second.test"))
            .files(bench.scratch, "again")
        let nameless = bench.authority.issue(Request(names: "IP:10.0.0.1"))
            .files(bench.scratch, "nameless")
        let server = try bench.server(identities: identities + [again, nameless])
        #expect(server.warnings.count == 2)
        #expect(server.warnings.contains { $0.contains("again.pem\" is for second.test") })
        #expect(server.warnings.contains { $0.contains("nameless.pem\" has no DNS name") })
    }

    @Test func commonNameCountsOnlyWhereThereIsNoAlternativeName() throws {
        let old = bench.authority.issue(Request(commonName: "old.test", names: nil))
            .files(bench.scratch, "old")
        let new = bench.authority.issue(Request(commonName: "new.test", names: "DNS:alt.test"))
            .files(bench.scratch, "new")
        let server = try bench.server(identities: [first, old, new])
        #expect(server.names.context(for: "old.test") == 1)
        #expect(server.names.context(for: "alt.test") == 2)
        #expect(server.names.context(for: "new.test") == 0)
    }

    /// And so no callback is installed: a handshake costs what it did.
    @Test func onePlaceHasOneContext() throws {
        #expect(try bench.server().contexts.count == 1)
        let twin = bench.authority.issue(Request(isRSA: true)).files(bench.scratch, "twin")
        #expect(try bench.server(identities: [first, twin]).contexts.count == 1)
        #expect(try bench.server(identities: [first, second]).contexts.count == 2)
    }
}

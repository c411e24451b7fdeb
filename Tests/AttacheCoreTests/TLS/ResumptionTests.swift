// SPDX-License-Identifier: Apache-2.0
// Promises of resumption: tickets are used as they may be, and trust is looked at again.

import COpenSSL
import Glibc
import Testing

@testable import AttacheCore

@Suite struct ResumptionTests {
    let bench = Bench()
    let store = TicketStore()

    /// One handshake with what the store has; what comes goes into the store.
    private func connect(_ client: TLSContext, _ server: TLSContext) throws -> Wire {
        let ticket = store.take(endpoint: "e")
        let wire = try Wire(client: client, server: server, resuming: ticket)
        if let ticket { SSL_SESSION_free(ticket) }
        wire.run()
        for session in wire.client.inbox.pointee.tickets { store.put(session, endpoint: "e") }
        wire.client.inbox.pointee.tickets = []
        return wire
    }

    private func mutual(
        _ version: TLSVersion, until: Int = 86_400
    ) throws -> (TLSContext, TLSContext) {
        var request = Bench.clientRequest
        request.until = until
        let client = try bench.client(bench.authority.issue(request)) {
            $0.shared.maxVersion = version
        }
        return (client, try bench.server(allow: ["dns:client.test"]))
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func mutualTLSIsResumedAgainAndAgain(_ version: TLSVersion) throws {
        let (client, server) = try mutual(version)
        for round in 0..<5 {
            let wire = try connect(client, server)
            #expect(wire.succeeded, "\(wire.client.failure?.message ?? "")")
            #expect(wire.client.negotiated.resumed == (round > 0))
            #expect(wire.server.negotiated.resumed == (round > 0))
            // Who it is is known on a resumed session too.
            #expect(wire.server.negotiated.peer?.contains("dns:client.test") == true)
            #expect(wire.client.negotiated.peer?.contains("dns:localhost") == true)
            #expect(server.refusesResumed(wire.server.ssl) == nil)
            // One ticket comes for one that is used.
            #expect(store.count == 1)
        }
    }

    @Test func anotherListenerResumesNothing() throws {
        let (client, server) = try mutual(.tls13)
        _ = try connect(client, server)
        let other = try bench.server(allow: ["dns:client.test"], listener: "other")
        let wire = try connect(client, other)
        #expect(wire.succeeded && !wire.server.negotiated.resumed)
    }

    @Test func ticketsOfTLS13AreUsedOnceNewestFirst() throws {
        let (client, server) = try mutual(.tls13)
        _ = try connect(client, server)
        let first = try #require(store.take(endpoint: "e"))
        defer { SSL_SESSION_free(first) }
        #expect(store.take(endpoint: "e") == nil)
        _ = try connect(client, server)
        let second = try #require(store.take(endpoint: "e"))
        SSL_SESSION_up_ref(first)
        store.put(first, endpoint: "e")
        store.put(second, endpoint: "e")
        let newest = try #require(store.take(endpoint: "e"))
        #expect(newest == second)
        SSL_SESSION_free(newest)
        #expect(store.take(endpoint: "f") == nil)
    }

    @Test func sessionsOfTLS12Stay() throws {
        let (client, server) = try mutual(.tls12)
        _ = try connect(client, server)
        for _ in 0..<3 {
            let session = try #require(store.take(endpoint: "e"))
            SSL_SESSION_free(session)
        }
        #expect(store.count == 1)
    }

    @Test func storeIsBoundedAnEndpointAndOverEndpoints() throws {
        let (client, server) = try mutual(.tls13)
        _ = try connect(client, server)
        let session = try #require(store.take(endpoint: "e"))
        defer { SSL_SESSION_free(session) }
        for _ in 0..<Limits.ticketsPerEndpointMax + 1 {
            SSL_SESSION_up_ref(session)
            store.put(session, endpoint: "e")
        }
        #expect(store.count == Limits.ticketsPerEndpointMax)
        let wide = TicketStore()
        for number in 0..<1000 {
            SSL_SESSION_up_ref(session)
            wide.put(session, endpoint: "\(number)")
        }
        #expect(wide.count == 256)
    }

    @Test func nothingIsKeptPastTheTrustBehindIt() throws {
        let (client, server) = try mutual(.tls13)
        _ = try connect(client, server)
        let session = try #require(store.take(endpoint: "e"))
        ExtraData.setTrustedUntil(session, Moment(seconds: Moment.now.seconds - 1))
        store.put(session, endpoint: "e")
        #expect(store.count == 0)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func listenerForgetsASessionWithItsCertificate(_ version: TLSVersion) throws {
        let (client, server) = try mutual(version, until: 1000)
        for _ in 0..<3 {
            let wire = try connect(client, server)
            #expect(wire.succeeded)
            #expect((1...1000).contains(SSL_SESSION_get_timeout(SSL_get_session(wire.server.ssl))))
        }
    }

    @Test func expiredClientIsNotResumedButRefused() throws {
        // The certificate ends while we look; on a machine that stalls it gets more time.
        var life = 2
        var (client, server) = try mutual(.tls13, until: life)
        var first = try connect(client, server)
        while !first.succeeded, life < 60 {
            life *= 2
            (client, server) = try mutual(.tls13, until: life)
            first = try connect(client, server)
        }
        #expect(first.succeeded)
        let raw = try #require(SSL_get0_peer_certificate(first.server.ssl))
        let end = try #require(Certificate(raw).notAfter)
        while Moment.now <= end { usleep(20_000) }
        #expect(server.refusesResumed(first.server.ssl)?.text.contains("expired") == true)
        let second = try connect(client, server)
        let failure = try #require(second.server.failure)
        #expect(failure.message.contains("the certificate expired"), "\(failure.message)")
    }

    @Test func resumedClientIsHeldAgainstPolicyListsAndTrust() throws {
        let identity = bench.authority.issue(Bench.clientRequest)
        let client = try bench.client(identity)
        let server = try bench.server(allow: ["dns:client.test"])
        _ = try connect(client, server)
        let wire = try connect(client, server)
        #expect(wire.server.negotiated.resumed)
        let ssl = wire.server.ssl
        #expect(server.refusesResumed(ssl) == nil)

        let strict = try bench.server(allow: ["dns:other.test"])
        let name = try #require(strict.refusesResumed(ssl))
        #expect(name.message.contains("not allowed") || name.message.contains("no name"))
        #expect(name.message.contains("on a resumed session"))
        #expect(name.message.contains("names presented dns:client.test"))

        let listed = try bench.server(allow: ["any-verified"]) {
            $0.crl = bench.scratch.write(
                "crl.pem", bench.authority.list(revoking: [identity]))
        }
        #expect(listed.refusesResumed(ssl)?.text.contains("revoked") == true)
        let unlisted = try bench.server(allow: ["any-verified"]) {
            $0.crl = bench.scratch.write("crl.pem", bench.other.list(revoking: []))
        }
        #expect(unlisted.refusesResumed(ssl)?.text.contains("no CRL of issuer") == true)
        let stale = try bench.server(allow: ["any-verified"]) {
            $0.crl = bench.scratch.write(
                "crl.pem", bench.authority.list(revoking: [], until: -7260))
        }
        #expect(stale.refusesResumed(ssl)?.text.contains("expired 2 hours ago") == true)

        ExtraData.setTrustedUntil(
            SSL_get_session(ssl), Moment(seconds: Moment.now.seconds - 7200))
        let late = try #require(server.refusesResumed(ssl))
        #expect(late.text.contains("behind the resumed session expired 2 hours ago"))
    }
}

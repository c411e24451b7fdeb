// SPDX-License-Identifier: Apache-2.0
// Promises of handshakes between our own client and our own server, in memory.

import COpenSSL
import Glibc
import Testing

@testable import AttacheCore

@Suite struct HandshakeTests {
    let bench = Bench()

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func mutualTLSNamesBothPeers(_ version: TLSVersion) throws {
        let server = try bench.server(allow: ["dns:client.test"])
        let client = try bench.client(bench.authority.issue(Bench.clientRequest)) {
            $0.shared.maxVersion = version
        }
        let wire = try Wire(client: client, server: server)
        wire.run()
        #expect(wire.succeeded)
        let seen = wire.server.negotiated
        #expect(seen.version == (version == .tls13 ? "TLSv1.3" : "TLSv1.2"))
        #expect(seen.cipher.contains("AES_128_GCM") || seen.cipher.contains("AES128-GCM"))
        #expect(seen.peer == "dns:client.test uri:spiffe://test/client cn:client")
        #expect(!seen.resumed && seen.alpn == nil)
        #expect(wire.client.negotiated.peer == "dns:localhost cn:server")
    }

    @Test func chainWithIntermediateIsSentAndRootIsNot() throws {
        let intermediate = bench.authority.intermediate("Middle CA")
        let leaf = intermediate.issue()
        leaf.issuers = [intermediate.identity, bench.authority.identity]
        let wire = try Wire(client: bench.client(), server: bench.server(leaf))
        wire.run()
        #expect(wire.succeeded)
        #expect(OPENSSL_sk_num(SSL_get_peer_cert_chain(wire.client.ssl)) == 2)
    }

    @Test(arguments: ["127.0.0.1", "::1", "0:0:0:0:0:0:0:1"])
    func addressIsVerifiedByAddressNameAndNeverSentAsSNI(_ address: String) throws {
        let leaf = bench.authority.issue(Request(names: "IP:127.0.0.1,IP:::1"))
        let wire = try Wire(client: bench.client(), server: bench.server(leaf), name: address)
        wire.run()
        #expect(wire.succeeded)
        #expect(SSL_get_servername(wire.server.ssl, TLSEXT_NAMETYPE_host_name) == nil)
    }

    @Test func settingsServerNameWinsOverTheEndpoint() throws {
        let leaf = bench.authority.issue(Request(names: "DNS:db.internal"))
        let client = try bench.client { $0.serverName = "db.internal." }
        let wire = try Wire(client: client, server: bench.server(leaf), name: "10.0.0.1")
        wire.run()
        #expect(wire.succeeded)
        let sent = SSL_get_servername(wire.server.ssl, TLSEXT_NAMETYPE_host_name)
        #expect(sent.map { String(cString: $0) } == "db.internal")
    }

    @Test func namesInsteadOfHostNameAreAcceptedWithSNI() throws {
        let leaf = bench.authority.issue(Request(names: "URI:spiffe://test/gateway"))
        let policy = try IdentityPolicy(parsing: ["uri:spiffe://test/*"])
        let client = try bench.client { $0.verify = .names(policy) }
        let wire = try Wire(client: client, server: bench.server(leaf), name: "edge.test")
        wire.run()
        #expect(wire.succeeded)
        #expect(SSL_get_servername(wire.server.ssl, TLSEXT_NAMETYPE_host_name) != nil)
        // A Unix socket has no host; names do without.
        #expect(WireEnd(client, serverName: nil) != nil)
    }

    @Test func hostNameVerificationNeedsAName() throws {
        let client = try bench.client()
        #expect(client.verifiesHostName)
        #expect(WireEnd(client, serverName: nil) == nil)
        #expect(WireEnd(client, serverName: "") == nil)
        #expect(WireEnd(client, serverName: ".") == nil)
        #expect(WireEnd(client, serverName: "localhost\0.evil") == nil)
        #expect(WireEnd(client, serverName: String(repeating: "a", count: 256)) == nil)
    }

    @Test func noneInsecureAcceptsAnybodyAndSaysSo() throws {
        let client = try bench.client { $0.verify = .noneInsecure }
        #expect(client.warnings.contains { $0.contains("not verified") })
        let leaf = TestAuthority.selfSigned(Request(until: -10))
        let wire = try Wire(client: client, server: bench.server(leaf))
        wire.run()
        #expect(wire.succeeded)
    }

    @Test func optionalClientMayShowNothing() throws {
        let server = try bench.server(allow: ["any-verified"], optional: true)
        let wire = try Wire(client: bench.client(), server: server)
        wire.run()
        #expect(wire.succeeded)
        #expect(wire.server.negotiated.peer == nil)
    }

    @Test func clientIsToldWhichAuthoritiesCount() throws {
        let server = try bench.server(allow: ["any-verified"])
        let client = try bench.client(bench.authority.issue(Bench.clientRequest)) {
            $0.shared.maxVersion = .tls12
        }
        let wire = try Wire(client: client, server: server)
        wire.run()
        let names = SSL_get0_peer_CA_list(wire.client.ssl)
        #expect(OPENSSL_sk_num(names) == 1)
    }

    @Test func protocolIsChosenByOurPreference() throws {
        let server = try bench.server { $0.alpn = ["redis", "h2"] }
        let client = try bench.client { $0.shared.alpn = ["h2", "redis"] }
        let wire = try Wire(client: client, server: server)
        wire.run()
        #expect(wire.client.negotiated.alpn == "redis")
        #expect(wire.server.negotiated.alpn == "redis")
    }

    @Test func peerWithoutALPNIsLetInOnBothSides() throws {
        let silentClient = try Wire(
            client: bench.client(), server: bench.server { $0.alpn = ["h2"] })
        silentClient.run()
        #expect(silentClient.succeeded)
        let silentServer = try Wire(
            client: bench.client { $0.shared.alpn = ["h2"] }, server: bench.server())
        silentServer.run()
        #expect(silentServer.succeeded && silentServer.client.negotiated.alpn == nil)
    }

    @Test func noCommonProtocolIsRefusedAndNamedOnBothSides() throws {
        let wire = try Wire(
            client: bench.client { $0.shared.alpn = ["http/1.1"] },
            server: bench.server { $0.alpn = ["h2"] })
        wire.run()
        let ours = try #require(wire.server.failure)
        #expect(ours.reason == .noCommonALPN)
        #expect(ours.message.contains("offers http/1.1; we accept h2"), "\(ours.message)")
        #expect(ours.message.contains("alert no_application_protocol"))
        #expect(wire.client.failure?.reason == .noCommonALPN)
    }

    @Test func protocolThatWasNotOfferedIsRefused() throws {
        let server = try bench.server { $0.alpn = ["h2"] }
        SSL_CTX_set_alpn_select_cb(
            server.raw,
            { _, chosen, count, offered, _, _ in
                // The tail of "\u{5}redis": a name that nobody offered.
                chosen?.pointee = offered.map { $0 + 2 }
                count?.pointee = 4
                return SSL_TLSEXT_ERR_OK
            }, nil)
        let wire = try Wire(client: bench.client { $0.shared.alpn = ["redis"] }, server: server)
        wire.run()
        #expect(!wire.client.isDone)
        #expect(wire.client.failure != nil)
    }

    @Test func oneByteAtATimeIsAHandshakeToo() throws {
        let server = try bench.server(allow: ["dns:client.test"])
        let leaf = bench.authority.issue(Bench.clientRequest)
        let wire = try Wire(client: bench.client(leaf), server: server)
        for _ in 0..<4 {
            wire.client.step()
            for byte in wire.client.take() {
                wire.server.give([byte])
                wire.server.step()
            }
            for byte in wire.server.take() {
                wire.client.give([byte])
                wire.client.step()
            }
        }
        #expect(wire.succeeded, "\(wire.server.failure?.message ?? "")")
    }

    @Test func oneContextServesSeveralThreads() async throws {
        let server = try bench.server(allow: ["dns:client.test"])
        let client = try bench.client(bench.authority.issue(Bench.clientRequest))
        let good = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var good = 0
                    for _ in 0..<20 {
                        let wire = try Wire(client: client, server: server)
                        wire.run()
                        good += wire.succeeded ? 1 : 0
                    }
                    return good
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(good == 80)
    }

    @Test func fatalAlertReachesTheClientInMidStream() throws {
        let wire = try Wire(client: bench.client(), server: bench.server())
        wire.run()
        #expect(wire.succeeded)
        #expect(!sendFatalAlert(wire.client.ssl))
        #expect(sendFatalAlert(wire.server.ssl))
        wire.client.give(wire.server.take())
        #expect(wire.client.read().isEmpty)
        let failure = try #require(wire.client.failure)
        #expect(failure.message == "the upstream sent the alert internal_error")
    }

    @Test func fatalAlertIsNotPromisedWhereItCannotBeSent() throws {
        let early = try Wire(client: bench.client(), server: bench.server())
        #expect(!sendFatalAlert(early.server.ssl))
        let old = try Wire(
            client: bench.client { $0.shared.maxVersion = .tls12 }, server: bench.server())
        old.run()
        #expect(old.succeeded && !sendFatalAlert(old.server.ssl))
        #expect(old.server.take().isEmpty)
        let ended = try Wire(client: bench.client(), server: bench.server())
        ended.run()
        SSL_shutdown(ended.server.ssl)
        #expect(!sendFatalAlert(ended.server.ssl))
    }
}

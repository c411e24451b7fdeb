// SPDX-License-Identifier: Apache-2.0
// Promises of refusals: the bad certificate is refused, and the message says for what.

import COpenSSL
import Glibc
import Testing

@testable import AttacheCore

@Suite struct RefusalTests {
    let bench = Bench()

    enum Flaw: String, CaseIterable {
        case expired, notYetValid, wrongName, wrongAddress, otherAuthority, selfSigned
        case wrongPurpose, revoked, commonNameOnly, unlisted, staleList, partialWildcard
        case nulInName, missingIntermediate
    }

    /// The certificate, and what the message must say of it.
    private func flawed(_ flaw: Flaw) -> (TestIdentity, [String]) {
        let ca = bench.authority
        switch flaw {
        case .expired:
            return (
                ca.issue(Request(until: -3 * 86_400 - 60)),
                ["expired 3 days ago", "CN=server", "CN=Test CA", "notAfter 20"]
            )
        case .notYetValid:
            return (ca.issue(Request(from: 10_740)), ["not yet valid, only in 2 hours"])
        case .wrongName:
            return (
                ca.issue(Request(names: "DNS:wrong.test")),
                ["another name", "dns:wrong.test", "expected dns:localhost"]
            )
        case .wrongAddress:
            return (ca.issue(Request(names: "IP:10.9.9.9")), ["another name", "ip:10.9.9.9"])
        case .otherAuthority:
            return (bench.other.issue(), ["unknown authority", "CN=Other CA", "ca.pem"])
        case .selfSigned:
            return (TestAuthority.selfSigned(Request()), ["self-signed"])
        case .wrongPurpose:
            return (ca.issue(Request(usage: "clientAuth")), ["purpose", "a TLS server"])
        case .revoked:
            return (ca.issue(), ["revoked", "crl.pem"])
        case .commonNameOnly:
            return (
                ca.issue(Request(commonName: "localhost", names: nil)),
                ["another name", "never the common name", "names presented cn:localhost"]
            )
        case .unlisted:
            return (ca.issue(), ["no CRL of issuer \"CN=Test CA\"", "crl.pem"])
        case .staleList:
            return (ca.issue(), ["the CRL of issuer \"CN=Test CA\" expired 2 hours ago"])
        case .partialWildcard:
            return (ca.issue(Request(names: "DNS:local*")), ["another name"])
        case .nulInName:
            return (
                ca.issue(
                    Request(
                        names:
                            "DER:30:14:82:12:6c:6f:63:61:6c:68:6f:73:74:00:2e:65:76:69:6c:2e:63:6f")
                ), ["another name"]
            )
        case .missingIntermediate:
            return (ca.intermediate("Middle CA").issue(), ["unknown authority", "CN=Middle CA"])
        }
    }

    private func list(_ flaw: Flaw, _ identity: TestIdentity) -> String? {
        switch flaw {
        case .revoked: bench.authority.list(revoking: [identity])
        case .unlisted: bench.other.list(revoking: [])
        case .staleList: bench.authority.list(revoking: [], until: -7260)
        default: nil
        }
    }

    @Test(arguments: Flaw.allCases, [TLSVersion.tls12, .tls13])
    func clientRefusesTheServerForWhatItIs(_ flaw: Flaw, _ version: TLSVersion) throws {
        let (identity, parts) = flawed(flaw)
        let client = try bench.client {
            $0.shared.maxVersion = version
            $0.shared.crl = list(flaw, identity).map { bench.scratch.write("crl.pem", $0) }
        }
        let wire = try Wire(client: client, server: bench.server(identity))
        wire.run()
        #expect(!wire.client.isDone && !wire.server.isDone)
        let failure = try #require(wire.client.failure)
        #expect(failure.reason == .certificateRefused)
        for part in parts + ["the upstream's certificate was refused", "we sent the alert "] {
            #expect(failure.message.contains(part), "\(failure.message)")
        }
        #expect(wire.server.failure?.reason == .ownCertificateRefused)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func certificatesWithAListThatClearsThemAreAccepted(_ version: TLSVersion) throws {
        let intermediate = bench.authority.intermediate("Middle CA")
        let leaf = intermediate.issue()
        leaf.issuers = [intermediate.identity]
        // The root has no list: only the leaf's issuer must have one.
        let crl = bench.scratch.write("crl.pem", intermediate.list(revoking: []))
        let client = try bench.client {
            $0.shared.crl = crl
            $0.shared.maxVersion = version
        }
        let wire = try Wire(client: client, server: bench.server(leaf))
        wire.run()
        #expect(wire.succeeded, "\(wire.client.failure?.message ?? "")")
    }

    @Test func revokedIntermediateIsRefusedWhereTheRootHasAList() throws {
        let intermediate = bench.authority.intermediate("Middle CA")
        let leaf = intermediate.issue()
        leaf.issuers = [intermediate.identity]
        let crl = bench.scratch.write(
            "crl.pem",
            intermediate.list(revoking: [])
                + bench.authority.list(revoking: [intermediate.identity]))
        let client = try bench.client { $0.shared.crl = crl }
        let wire = try Wire(client: client, server: bench.server(leaf))
        wire.run()
        let failure = try #require(wire.client.failure)
        #expect(failure.message.contains("revoked"), "\(failure.message)")
        #expect(failure.message.contains("depth 1, CN=Middle CA"), "\(failure.message)")
    }

    enum ClientFlaw: CaseIterable { case none, notAllowed, expired, purpose, authority, revoked }

    private func flawedClient(_ flaw: ClientFlaw) -> (TestIdentity?, part: String, alert: String) {
        var request = Bench.clientRequest
        let ca = bench.authority
        switch flaw {
        case .none:
            return (nil, "showed no certificate", "certificate_required")
        case .notAllowed:
            request.names = "DNS:other.test"
            return (
                ca.issue(request),
                "names presented dns:other.test cn:client, expected "
                    + "dns:client.test", "bad_certificate"
            )
        case .expired:
            request.until = -7260
            return (ca.issue(request), "expired 2 hours ago", "certificate_expired")
        case .purpose:
            request.usage = "serverAuth"
            return (ca.issue(request), "not to be a TLS client", "unsupported_certificate")
        case .authority:
            return (bench.other.issue(request), "unknown authority", "unknown_ca")
        case .revoked:
            return (ca.issue(request), "revoked", "certificate_revoked")
        }
    }

    @Test(arguments: ClientFlaw.allCases)
    func serverRefusesTheClientAndTheClientLearnsItByItsFirstRead(_ flaw: ClientFlaw) throws {
        let (identity, part, alert) = flawedClient(flaw)
        let server = try bench.server(allow: ["dns:client.test"]) {
            $0.crl = bench.scratch.write(
                "crl.pem",
                bench.authority.list(revoking: flaw == .revoked ? [identity].compactMap { $0 } : [])
            )
        }
        let wire = try Wire(client: bench.client(identity), server: server)
        wire.run()
        #expect(!wire.server.isDone)
        let ours = try #require(wire.server.failure)
        #expect(ours.reason == .certificateRefused)
        #expect(ours.message.contains(part), "\(ours.message)")
        #expect(ours.message.contains("we sent the alert \(alert)"), "\(ours.message)")
        // TLS 1.3: the client was done before it was refused.
        #expect(wire.client.isDone)
        let theirs = try #require(wire.client.failure)
        #expect(theirs.reason == .ownCertificateRefused)
        #expect(theirs.message.contains("alert \(alert)"), "\(theirs.message)")
        #expect(theirs.message.contains(identity == nil ? "none is configured" : "CN=client from"))
    }

    @Test func plaintextClientIsRecognised() throws {
        let wire = try Wire(client: bench.client(), server: bench.server())
        for (bytes, part) in [
            ("GET / HTTP/1.1\r\n\r\n", "HTTP request in plaintext"),
            ("CONNECT a:1 HTTP/1.1\r\n\r\n", "HTTP proxy"),
            ("*1\r\n$4\r\nPING\r\n", "(first bytes \"*1\")"),
            ("\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}\u{9}\u{a}\u{b}", "(first bytes 01 02 03"),
        ] {
            let end = try #require(WireEnd(wire.server.context))
            end.give(Array(bytes.utf8))
            end.step(received: Array(bytes.utf8))
            let failure = try #require(end.failure)
            #expect(failure.reason == .plaintext, "\(failure.message)")
            #expect(failure.message.contains(part), "\(failure.message)")
        }
    }

    @Test func upstreamThatSpeaksFirstInPlaintextIsRecognised() throws {
        let end = try #require(WireEnd(bench.client(), serverName: "localhost"))
        end.step()
        let greeting = Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)
        end.give(greeting)
        end.step(received: greeting)
        let failure = try #require(end.failure)
        #expect(failure.reason == .plaintext)
        #expect(failure.message.contains("the upstream speaks plaintext"), "\(failure.message)")
        #expect(failure.message.contains("\"SSH-2.0-OpenSSH_9.2\""), "\(failure.message)")
    }

    @Test func versionMismatchIsNamedOnBothSides() throws {
        let wire = try Wire(
            client: bench.client { $0.shared.maxVersion = .tls12 },
            server: bench.server { $0.minVersion = .tls13 })
        wire.run()
        #expect(wire.server.failure?.reason == .protocolMismatch)
        let failure = try #require(wire.client.failure)
        #expect(failure.reason == .protocolMismatch)
        #expect(failure.message.contains("protocol_version; we speak TLS 1.2 only"))
    }

    @Test func endInTheHandshakeIsNoCleanEnd() throws {
        let end = try #require(WireEnd(bench.client(), serverName: "localhost"))
        end.step()
        end.end()
        end.step()
        let failure = try #require(end.failure)
        #expect(failure.reason == .closed)
        #expect(failure.message.contains("in the middle of the handshake"))
    }

    @Test func signatureOfAnotherKeyIsRefused() throws {
        let wire = try Wire(
            client: bench.client { $0.shared.maxVersion = .tls12 }, server: bench.server())
        wire.run { bytes in
            // The last byte of the record with ServerKeyExchange is of the signature.
            var bytes = bytes
            var at = 0
            while at + 5 < bytes.count {
                let end = at + 5 + Int(bytes[at + 3]) << 8 + Int(bytes[at + 4])
                if bytes[at] == 22, bytes[at + 5] == 12, end <= bytes.count { bytes[end - 1] ^= 1 }
                at = end
            }
            return bytes
        }
        let failure = try #require(wire.client.failure)
        #expect(failure.reason == .wrongKey, "\(failure.message)")
    }
}

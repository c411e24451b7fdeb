// SPDX-License-Identifier: Apache-2.0
// Promises of pinned keys: beside chain and name, and told by the pin that was shown.

import COpenSSL
import Testing

@testable import AttacheCore

@Suite struct PinTests {
    let bench = Bench()
    private let other = KeyPin(digest: Array(repeating: 7, count: 32))

    private func pin(_ identity: TestIdentity) throws -> KeyPin {
        try #require(Certificate(identity.certificate).pin)
    }

    @Test func digestIsThatOfTheKeyAsEverybodyComputesIt() throws {
        let leaf = bench.authority.issue()
        var der: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(leaf.key, &der)
        defer { CRYPTO_free(der, #file, #line) }
        let bytes = Array(UnsafeBufferPointer(start: der, count: Int(count)))
        #expect(try pin(leaf).digest == SHA256.digest(bytes))
        #expect(try KeyPin(parsing: pin(leaf).description) == pin(leaf))
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func oneOfSeveralPinsIsEnough(_ version: TLSVersion) throws {
        let leaf = bench.authority.issue()
        let pins = try [other, pin(leaf)]
        let client = try bench.client {
            $0.pins = pins
            $0.shared.maxVersion = version
        }
        let wire = try Wire(client: client, server: bench.server(leaf))
        wire.run()
        #expect(wire.succeeded, "\(wire.client.failure?.message ?? "")")
        let ticket = try #require(wire.client.inbox.pointee.tickets.last)
        let again = try Wire(
            client: client, server: wire.server.context, resuming: ticket)
        again.run()
        #expect(again.succeeded && again.client.negotiated.resumed)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func anotherKeyIsRefusedAndItsPinShown(_ version: TLSVersion) throws {
        let leaf = bench.authority.issue()
        let client = try bench.client {
            $0.pins = [other]
            $0.shared.maxVersion = version
        }
        let wire = try Wire(client: client, server: bench.server(leaf))
        wire.run()
        let failure = try #require(wire.client.failure)
        #expect(failure.reason == .certificateRefused)
        for part in [
            "key is not pinned: it is \(try pin(leaf))", "add that pin", "expected \(other)",
            "we sent the alert ",
        ] {
            #expect(failure.message.contains(part), "\(failure.message)")
        }
        #expect(!wire.server.isDone)
    }

    @Test func pinOfAnIntermediateIsNoPinOfTheLeaf() throws {
        let intermediate = bench.authority.intermediate("Middle CA")
        let leaf = intermediate.issue()
        leaf.issuers = [intermediate.identity]
        let pins = try [pin(intermediate.identity), pin(bench.authority.identity)]
        let wire = try Wire(
            client: bench.client { $0.pins = pins }, server: bench.server(leaf))
        wire.run()
        #expect(wire.client.failure?.message.contains("not pinned") == true)
    }

    @Test func chainAndNameCountBesideThePin() throws {
        for (leaf, part) in [
            (bench.other.issue(), "unknown authority"),
            (bench.authority.issue(Request(names: "DNS:wrong.test")), "another name"),
        ] {
            let pins = try [pin(leaf)]
            let wire = try Wire(
                client: bench.client { $0.pins = pins }, server: bench.server(leaf))
            wire.run()
            #expect(wire.client.failure?.message.contains(part) == true)
        }
    }

    @Test func namesInPlaceOfTheHostCountBesideThePin() throws {
        let leaf = bench.authority.issue()
        let pins = try [pin(leaf)]
        for (name, isGood) in [("cn:server", true), ("cn:nobody", false)] {
            let policy = try IdentityPolicy(parsing: [name])
            let client = try bench.client {
                $0.verify = .names(policy)
                $0.pins = pins
            }
            let wire = try Wire(client: client, server: bench.server(leaf))
            wire.run()
            #expect(wire.succeeded == isGood)
            if !isGood { #expect(wire.client.failure?.message.contains("no name") == true) }
        }
    }

    @Test func policyByKeyHoldsInFullAndResumedHandshakes() throws {
        let identity = bench.authority.issue(Bench.clientRequest)
        let client = try bench.client(identity)
        let server = try bench.server(allow: ["spki:\(try pin(identity))"])
        let made = try Wire(client: client, server: server)
        made.run()
        #expect(made.succeeded)
        let ticket = try #require(made.client.inbox.pointee.tickets.last)
        let wire = try Wire(client: client, server: server, resuming: ticket)
        wire.run()
        #expect(wire.server.negotiated.resumed)
        #expect(server.refusesResumed(wire.server.ssl) == nil)
        let strict = try bench.server(allow: ["spki:\(other)"])
        let resumed = try #require(strict.refusesResumed(wire.server.ssl))
        #expect(resumed.message.contains("names presented spki:\(try pin(identity))"))
        let full = try Wire(client: client, server: strict)
        full.run()
        let message = full.server.failure?.message ?? ""
        #expect(message.contains("names presented spki:\(try pin(identity))"), "\(message)")
        #expect(message.contains("expected spki:\(other)"))
    }

    @Test func policyByUnitLooksAtEachOfThem() throws {
        var request = Bench.clientRequest
        request.units = ["Staff", "Payments EU"]
        let client = try bench.client(bench.authority.issue(request))
        for (pattern, isGood) in [
            ("ou:Payments *", true), ("ou:Staff", true), ("ou:staff", false), ("ou:Pay", false),
            ("cn:Staff", false),
        ] {
            let wire = try Wire(client: client, server: bench.server(allow: [pattern]))
            wire.run()
            #expect((wire.server.failure == nil) == isGood, "\(pattern)")
            if !isGood {
                #expect(wire.server.failure?.message.contains("ou:Staff ou:Payments EU") == true)
            }
        }
    }
}

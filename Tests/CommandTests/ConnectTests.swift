// SPDX-License-Identifier: Apache-2.0
// attache connect: what its flags become.

import AttacheCore
import Testing

@testable import attache

struct ConnectTests {
    static let start = "connect --listen 127.0.0.1:6379 --to redis.internal:6380"

    @Test func withoutMoreTheUpstreamIsVerifiedTLSAndEverythingElseDefault() throws {
        let plan = try plan(Self.start)
        let listener = try #require(plan.settings.listeners.first)
        let upstream = try #require(plan.settings.upstreams.first)
        #expect(plan.warnings.isEmpty)
        #expect(plan.settings.log.format == .auto)
        #expect(plan.settings.workers == Attache.processors)
        #expect(plan.settings.drain == .seconds(30))
        #expect(listener.name == "127.0.0.1:6379")
        #expect(listener.tls == nil)
        #expect(listener.mode == 0o600)
        #expect(listener.sessions == nil)
        #expect(!listener.dualStack)
        #expect(upstream.name == "redis.internal:6380")
        #expect(upstream.connectTimeout == .seconds(5))
        #expect(upstream.handshakeTimeout == .seconds(10))
        #expect(upstream.idleTimeout == nil)
        #expect(upstream.halfCloseTimeout == .seconds(300))
        let tls = try #require(upstream.tls)
        #expect(tls.ca == nil)
        #expect(tls.identity == nil)
        guard case .hostName = tls.verify else {
            Issue.record("\(tls.verify)")
            return
        }
    }

    @Test func endpointsKeepTheirOrder() throws {
        let upstream = try upstream(Self.start + " --to unix:/x --to 10.0.0.1:1 --server-name n")
        guard case .endpoints(let endpoints) = upstream.destination else {
            Issue.record("\(upstream.destination)")
            return
        }
        #expect(endpoints.map(\.description) == ["redis.internal:6380", "unix:/x", "10.0.0.1:1"])
        #expect(upstream.name == "redis.internal:6380,unix:/x,10.0.0.1:1")
    }

    @Test(arguments: ["--certificate", "--cert"])
    func everyTLSFlagArrives(certificate: String) throws {
        let upstream = try upstream(
            Self.start + " --ca a --key k --server-name n --crl r --min-version 1.3"
                + " --max-version 1.3 --alpn x,y --unclean-end end --handshake 7s"
                + " \(certificate) c")
        let tls = try #require(upstream.tls)
        #expect(tls.ca == "a")
        #expect(tls.identity == Identity(certificate: "c", key: "k"))
        #expect(tls.serverName == "n")
        #expect(tls.shared.crl == "r")
        #expect(tls.shared.minVersion == .tls13)
        #expect(tls.shared.maxVersion == .tls13)
        #expect(tls.shared.alpn == ["x", "y"])
        #expect(tls.shared.uncleanEnd == .end)
        #expect(upstream.handshakeTimeout == .seconds(7))
    }

    @Test func namesTakeThePlaceOfTheHostName() throws {
        let tls = try upstream(Self.start + " --allow dns:a --allow uri:spiffe://b/*").tls
        guard case .names = tls?.verify else {
            Issue.record("\(String(describing: tls))")
            return
        }
    }

    @Test func verificationIsSwitchedOffByOneWordAndSaysSo() throws {
        let plan = try plan(Self.start + " --verify none-insecure --ca a")
        guard case .noneInsecure = plan.settings.upstreams.first?.tls?.verify else {
            Issue.record("\(plan)")
            return
        }
        #expect(plan.warnings.count == 1)
        #expect(plan.warnings.first?.contains("anybody can pose as the upstream") == true)
        #expect(plan.warnings.first?.contains("--ca has no effect") == true)
    }

    @Test func plainMustBeSaid() throws {
        #expect(try upstream(Self.start + " --plain").tls == nil)
    }

    @Test func everyOtherFlagArrives() throws {
        let plan = try plan(
            "connect --listen unix:/run/a.sock --to db:1 --mode 0660 --workers 3 --sessions 9"
                + " --drain 0s --connect 1s --idle 2s --half-close none --lifetime 3s"
                + " --dead-peer 4s --abort-linger 0s --log-format json")
        let listener = try #require(plan.settings.listeners.first)
        let upstream = try #require(plan.settings.upstreams.first)
        #expect(listener.mode == 0o660)
        #expect(listener.sessions == 9)
        #expect(plan.settings.workers == 3)
        #expect(plan.settings.drain == .zero)
        #expect(plan.settings.log.format == .json)
        #expect(upstream.connectTimeout == .seconds(1))
        #expect(upstream.idleTimeout == .seconds(2))
        #expect(upstream.halfCloseTimeout == nil)
        #expect(upstream.lifetime == .seconds(3))
        #expect(upstream.deadPeer == .seconds(4))
        #expect(upstream.abortLinger == .zero)
    }

    @Test func dualStackIsForTheIPv6Wildcard() throws {
        let line = "connect --dual-stack --insecure-plaintext-listener --to db:1 --listen "
        #expect(try listener(line + "[::]:80").dualStack)
        #expect(complaint(line + "[::1]:80").contains("--dual-stack"))
        #expect(complaint(line + "0.0.0.0:80").contains("--dual-stack"))
    }

    @Test func equalsSignsWorkToo() throws {
        let upstream = try upstream("connect --listen=127.0.0.1:1 --to=db:1 --idle=none")
        #expect(upstream.idleTimeout == nil)
    }
}

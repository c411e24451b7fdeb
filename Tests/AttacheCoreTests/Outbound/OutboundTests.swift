// SPDX-License-Identifier: Apache-2.0
// Promises of Outbound: nothing of an upstream stays in memory once a reload has replaced it.

import Testing

@testable import AttacheCore

struct OutboundTests {
    private let outbound: Outbound
    private let listener: TestListener

    init() throws {
        let loop = try EventLoop()
        outbound = try Outbound(
            loop: loop, works: #require(TLSWorks()),
            tunnels: TunnelWorks(loop: loop, scratch: AttacheCore.Scratch()), resolver: Resolver())
        listener = try TestListener(SocketAddress(.ip("127.0.0.1", port: 0, v6: false)))
    }

    private func upstream() throws -> Upstream {
        var settings = UpstreamSettings(name: "test", destination: .endpoints([]))
        settings.tls = ClientTLSSettings()
        settings.tls?.verify = .noneInsecure
        return try Upstream(settings)
    }

    /// As a dial does, once it is connected.
    private func secure(_ upstream: Upstream) throws {
        guard case .begun(let socket) = Socket.connect(to: listener.address) else {
            Issue.record("no connection begins")
            return
        }
        let side = try outbound.secure(
            socket, context: #require(upstream.tls), host: nil, endpoint: "e", upstream)
        #expect(side != nil)
    }

    @Test func anUpstreamIsKeptWhileItIsServed() throws {
        var served: Upstream? = try upstream()
        weak let seen = served
        try secure(#require(served))
        outbound.forgetAll(but: [try #require(served)])
        try secure(#require(served))
        served = nil
        #expect(seen != nil)
        outbound.forgetAll(but: [])
        #expect(seen == nil)
    }

    @Test func aSessionThatOutlivesAReloadKeepsNothingOfTheOldUpstream() throws {
        var old: Upstream? = try upstream()
        weak let seen = old
        outbound.forgetAll(but: [try upstream()])
        try secure(#require(old))
        old = nil
        #expect(seen == nil)
    }
}

// SPDX-License-Identifier: Apache-2.0
// connect --tunnel and terminate --accept: what their flags become, and what is refused.

import AttacheCore
import Testing

@testable import attache

private let connect = "connect --listen 127.0.0.1:1 --to gateway.internal:15008"
private let tunnel = connect + " --tunnel h2-connect --authority orders.internal:5432"
private let terminate = "terminate --listen 0.0.0.0:15008 --cert c --key k"
private let accept =
    terminate + " --accept h2-connect --authorities orders.internal:5432=127.0.0.1:5432"

struct ConnectTunnelTests {
    @Test func withoutMoreEverythingElseIsDefaultAndALPNIsHTTP2() throws {
        let plan = try plan(tunnel)
        let upstream = try #require(plan.settings.upstreams.first)
        #expect(plan.warnings.isEmpty)
        #expect(
            upstream.tunnel == TunnelSettings(.h2Connect, authority: "orders.internal:5432"))
        #expect(upstream.tls?.shared.alpn == ["h2"])
        #expect(upstream.tls?.shared.minVersion == .tls12)
    }

    @Test func everyFlagArrives() throws {
        let upstream = try upstream(
            tunnel + " --header Baggage=k8s.namespace.name=demo --header a= --alpn h2"
                + " --streams 100 --carriers 2 --stream-window 64KiB --connection-window 1MiB"
                + " --carrier-memory 4GiB --keepalive 5s --keepalive-timeout 1500ms"
                + " --carrier-idle none")
        var expected = TunnelSettings(.h2Connect, authority: "orders.internal:5432")
        expected.headers = [
            .init(name: "baggage", value: "k8s.namespace.name=demo"), .init(name: "a", value: ""),
        ]
        expected.carrier.streams = 100
        expected.carriers = 2
        expected.carrier.streamWindow = 65_536
        expected.carrier.connectionWindow = 1 << 20
        expected.carrier.memory = 4 << 30
        expected.carrier.keepalive = .seconds(5)
        expected.carrier.keepaliveTimeout = .milliseconds(1500)
        expected.idle = nil
        #expect(upstream.tunnel == expected)
    }

    @Test func hboneIsTLS13AndSaysWhenItHasNoCertificateToShow() throws {
        let line = connect + " --tunnel hbone --authority 10.0.0.1:80"
        let plan = try plan(line)
        #expect(plan.settings.upstreams.first?.tls?.shared.minVersion == .tls13)
        #expect(plan.warnings.count == 1)
        #expect(plan.warnings.first?.contains("--certificate FILE --key FILE") == true)
        #expect(try attacheWarnings(line + " --cert c --key k").isEmpty)
    }

    @Test func fewerStreamsThanAskedForAreWarnedOf() throws {
        let said = try attacheWarnings(tunnel + " --streams 257")
        #expect(said.count == 1)
        #expect(said.first?.contains("holds 256 streams of 256KiB") == true)
        #expect(try attacheWarnings(tunnel + " --streams 256").isEmpty)
        #expect(try attacheWarnings(accept + " --streams 257").count == 1)
    }

    @Test(
        .tags(.messages),
        arguments: [
            (connect + " --tunnel h2-connect", ["--authority HOST:PORT", "orders.internal:5432"]),
            (connect + " --tunnel h2connect", ["'h2connect'", "'h2-connect' and 'hbone'"]),
            (
                connect + " --authority a:1",
                ["--authority is", "--tunnel is missing", "leave it out"]
            ),
            (connect + " --header a=b --carriers 1", ["--header and --carriers are", "--tunnel"]),
            (
                connect + " --streams 1 --carrier-idle 5s --keepalive 5s",
                ["--carrier-idle, --streams and --keepalive are", "add --tunnel h2-connect"]
            ),
            (tunnel + " --plain", ["--tunnel goes through TLS", "--plain", "leave out one"]),
            (tunnel + " --plain --ca a", ["--ca is", "--plain"]),
            (connect + " --plain --streams 1", ["--streams is", "--tunnel is missing"]),
            (
                tunnel + " --alpn h2,http/1.1",
                ["--alpn h2,http/1.1", "--tunnel", "leave --alpn out"]
            ),
            (
                connect + " --tunnel hbone --authority a:1 --max-version 1.2",
                ["--max-version 1.2", "TLS 1.3", "--tunnel hbone"]
            ),
            (tunnel + " --authority b:1", ["--authority is said twice"]),
            (connect + " --tunnel hbone --authority https://a:1", ["--authority", "has a scheme"]),
            (connect + " --tunnel hbone --authority app@a:1", ["user information"]),
            (connect + " --tunnel hbone --authority a:1/x", ["has a path"]),
            (connect + " --tunnel hbone --authority a", ["no port", "orders.internal:5432"]),
            (connect + " --tunnel hbone --authority a:0", ["port 0"]),
            (tunnel + " --header baggage", ["NAME=VALUE", "baggage=k8s"]),
            (tunnel + " --header :path=/", ["pseudo-header", "leave it out"]),
            (tunnel + " --header Host=a", ["leave it out"]),
            (tunnel + " --header =a", ["not the name of a header"]),
            (tunnel + " --header a=b --header A=c", ["--header a is said twice"]),
            (
                tunnel + " --header a=\(String(repeating: "x", count: 8192))",
                ["all --header together have 8193 bytes", "at most 8192"]
            ),
            (tunnel + " --streams 10001", ["'10001'", "--streams <n>", "1 to 10000"]),
            (tunnel + " --carriers 65", ["--carriers <n>", "1 to 64"]),
            (tunnel + " --stream-window 65534", ["less than 64KiB", "from 64KiB to 16MiB"]),
            (tunnel + " --connection-window 1GiB", ["more than 256MiB"]),
            (tunnel + " --carrier-memory lots", ["it is no size", "64KiB or 4GiB"]),
            (
                tunnel + " --stream-window 1MiB --connection-window 64KiB",
                ["--connection-window is less than --stream-window (1MiB)", "write at least 1MiB"]
            ),
            (
                tunnel + " --stream-window 1MiB --carrier-memory 64KiB",
                ["--carrier-memory is less than --stream-window (1MiB)"]
            ),
            (tunnel + " --keepalive none", ["cannot be switched off"]),
            (tunnel + " --carrier-idle 0s", ["write none for no limit"]),
        ] as [(String, [String])])
    func whatIsNoTunnel(line: String, parts: [String]) {
        expect(line, says: parts)
    }
}

struct AcceptTests {
    @Test func authoritiesWithOneAddressShareItsUpstream() throws {
        let plan = try plan(
            accept + " --authorities Redis.internal:6379=unix:/run/a=b.sock"
                + " --authorities [::1]:5432=127.0.0.1:5432 --connect 1s --idle 2s --handshake 3s")
        let listener = try #require(plan.settings.listeners.first)
        #expect(plan.warnings.isEmpty)
        #expect(
            listener.accept
                == AcceptSettings(
                    .h2Connect,
                    authorities: [
                        .init(authority: "orders.internal:5432", upstream: "127.0.0.1:5432"),
                        .init(authority: "Redis.internal:6379", upstream: "unix:/run/a=b.sock"),
                        .init(authority: "[::1]:5432", upstream: "127.0.0.1:5432"),
                    ]))
        #expect(listener.upstream == "")
        #expect(listener.tls?.shared.alpn == ["h2"])
        #expect(listener.handshakeTimeout == .seconds(3))
        let upstreams = plan.settings.upstreams
        #expect(upstreams.map(\.name) == ["127.0.0.1:5432", "unix:/run/a=b.sock"])
        #expect(
            upstreams.map(\.destination) == [
                .endpoints([try Address(parsing: "127.0.0.1:5432")]),
                .endpoints([.unix("/run/a=b.sock")]),
            ])
        #expect(upstreams.allSatisfy { $0.connectTimeout == .seconds(1) })
        #expect(upstreams.allSatisfy { $0.idleTimeout == .seconds(2) })
        #expect(upstreams.allSatisfy { $0.tls == nil })
    }

    @Test func boundsArrive() throws {
        let listener = try listener(
            accept + " --streams 1 --stream-window 65535 --connection-window 64KiB"
                + " --carrier-memory 64KiB --keepalive 1h --keepalive-timeout 2h")
        var expected = CarrierSettings()
        expected.streams = 1
        expected.streamWindow = 65_535
        expected.connectionWindow = 65_536
        expected.memory = 65_536
        expected.keepalive = .seconds(3600)
        expected.keepaliveTimeout = .seconds(7200)
        #expect(listener.accept?.carrier == expected)
    }

    @Test func hboneIsTLS13WithCertificatesOfClients() throws {
        let tls = try listener(
            terminate + " --accept hbone --authorities a:1=127.0.0.1:1 --client-ca a"
                + " --allow any-verified"
        ).tls
        #expect(tls?.shared.minVersion == .tls13)
        #expect(tls?.shared.alpn == ["h2"])
    }

    @Test func everyUpstreamHasTheTLSThatIsAskedFor() throws {
        let plan = try plan(
            accept + " --authorities b:1=db:1 --to-tls --to-ca ca --to-handshake 2s")
        #expect(plan.warnings.isEmpty)
        #expect(plan.settings.upstreams.map(\.tls?.ca) == ["ca", "ca"])
        #expect(plan.settings.upstreams.allSatisfy { $0.handshakeTimeout == .seconds(2) })
        #expect(plan.settings.upstreams.allSatisfy { $0.tls?.shared.alpn == [] })
    }

    @Test func plaintextThatLeavesTheMachineIsWarnedOf() throws {
        let said = try attacheWarnings(
            accept + " --authorities a:1=10.0.0.1:1 --authorities b:1=db:1")
        #expect(said.count == 1)
        #expect(said.first?.contains("towards 10.0.0.1:1 and db:1") == true)
    }

    @Test(
        .tags(.messages),
        arguments: [
            (
                terminate + " --to 127.0.0.1:1 --accept hbone",
                ["--to stands beside --accept", "--authorities HOST:PORT=127.0.0.1:1"]
            ),
            (accept + " --to 127.0.0.1:1", ["--to stands beside --accept"]),
            (terminate + " --accept hbone", ["--accept hbone needs", "add such as --authorities"]),
            (terminate, ["terminate needs", "--to", "--accept and --authorities"]),
            (
                "terminate --accept h2-connect --authorities a:1=127.0.0.1:1 --cert c --key k",
                ["terminate needs --listen"]
            ),
            (
                terminate + " --authorities a:1=127.0.0.1:1",
                ["--authorities is", "--accept is missing"]
            ),
            (
                terminate + " --to 127.0.0.1:1 --streams 5 --keepalive 1s",
                ["--streams and --keepalive are", "add --accept h2-connect"]
            ),
            (accept.replacing(" --cert c --key k", with: ""), ["no certificate to show"]),
            (accept + " --accept hbone", ["--accept is said twice"]),
            (
                accept + " --authorities Orders.internal:5432=127.0.0.1:1",
                ["--authorities Orders.internal:5432=… is said twice", "case"]
            ),
            (
                accept + " --authorities a:1",
                ["does not say where", "orders.internal:5432=127.0.0.1"]
            ),
            (accept + " --authorities a=127.0.0.1:1", ["no port"]),
            (accept + " --authorities a:1=127.0.0.1:0", ["port 0"]),
            (accept + " --authorities a:1=nowhere", ["no port", "host:port"]),
            (accept + " --alpn http/1.1", ["--alpn http/1.1", "--accept", "leave --alpn out"]),
            (
                terminate + " --accept hbone --authorities a:1=127.0.0.1:1",
                ["--accept hbone", "none is asked for", "--client-ca FILE --allow"]
            ),
            (
                terminate
                    + " --accept hbone --authorities a:1=127.0.0.1:1 --client-ca a --allow cn:a"
                    + " --client-certificate optional",
                ["--client-certificate optional", "--accept hbone", "leave it out"]
            ),
            (
                terminate
                    + " --accept hbone --authorities a:1=127.0.0.1:1 --client-ca a --allow cn:a"
                    + " --max-version 1.2",
                ["--max-version 1.2", "--accept hbone"]
            ),
            (
                accept + " --authorities a:1=localhost:15008",
                ["--authorities a:1=localhost:15008 is this process's own listener"]
            ),
            (
                accept + " --authorities a:1=unix:/x --to-tls",
                ["--authorities a:1=unix:/x has no host name", "--to-server-name"]
            ),
            (accept + " --stream-window 17MiB", ["more than 16MiB"]),
            (accept + " --carriers 4", ["it is a flag of attache connect"]),
        ] as [(String, [String])])
    func whatCannotBeAccepted(line: String, parts: [String]) {
        expect(line, says: parts)
    }
}

private func attacheWarnings(_ line: String) throws -> [String] { try plan(line).warnings }

private func expect(
    _ line: String, says parts: [String], at location: SourceLocation = #_sourceLocation
) {
    let said = complaint(line)
    for part in parts {
        #expect(said.contains(part), "\(line)\n\(said)", sourceLocation: location)
    }
    #expect(!said.contains("Swift") && !said.contains("Optional"), sourceLocation: location)
}

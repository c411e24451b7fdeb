// SPDX-License-Identifier: Apache-2.0
// What a good file says of tunnels is what the settings have, with what TLS becomes by it.

import AttacheCore
import Testing

@testable import AttacheConfiguration

struct TunnelSettingsTests {
    @Test func everyKeyOfATunnelReachesItsSetting() throws {
        let found = try settings(
            Self.listener + """
                upstreams:
                  edge:
                    endpoints: [gateway.internal:15008]
                    tls: {}
                    tunnel:
                      protocol: h2-connect
                      authority: "[2001:db8::1]:5432"
                      headers: {Baggage: "k8s.namespace.name=demo", a-token: "", "x!": "a b"}
                      streams: 100
                      carriers: 64
                      stream-window: 65535
                      connection-window: 1MiB
                      memory: 4GiB
                      keepalive: 5s
                      keepalive-timeout: 1500ms
                      idle: none
                """
        ).upstreams[0]
        var tunnel = TunnelSettings(.h2Connect, authority: "[2001:db8::1]:5432")
        tunnel.headers = [
            .init(name: "baggage", value: "k8s.namespace.name=demo"),
            .init(name: "a-token", value: ""), .init(name: "x!", value: "a b"),
        ]
        tunnel.carrier.streams = 100
        tunnel.carriers = 64
        tunnel.carrier.streamWindow = 65_535
        tunnel.carrier.connectionWindow = 1 << 20
        tunnel.carrier.memory = 4 << 30
        tunnel.carrier.keepalive = .seconds(5)
        tunnel.carrier.keepaliveTimeout = .milliseconds(1500)
        tunnel.idle = nil
        #expect(found.tunnel == tunnel)
    }

    @Test func everyKeyOfAcceptReachesItsSettingInTheOrderOfTheFile() throws {
        let found = try settings(
            """
            listeners:
              edge:
                bind: 0.0.0.0:15008
                tls: {certificate: a.pem, key: a.key}
                accept:
                  protocol: h2-connect
                  authorities:
                    Zebra.internal:5432: db
                    "[::1]:6379": redis
                    apple.internal:5432: db
                  streams: 1
                  stream-window: 64KiB
                  connection-window: 64KiB
                  memory: 64KiB
                  keepalive: 1h
                  keepalive-timeout: 2h
            upstreams: {db: {endpoints: [127.0.0.1:5432]}, redis: {endpoints: [127.0.0.1:6379]}}
            """
        ).listeners[0]
        var accept = AcceptSettings(
            .h2Connect,
            authorities: [
                .init(authority: "Zebra.internal:5432", upstream: "db"),
                .init(authority: "[::1]:6379", upstream: "redis"),
                .init(authority: "apple.internal:5432", upstream: "db"),
            ])
        accept.carrier.streams = 1
        accept.carrier.streamWindow = 65_536
        accept.carrier.connectionWindow = 65_536
        accept.carrier.memory = 65_536
        accept.carrier.keepalive = .seconds(3600)
        accept.carrier.keepaliveTimeout = .seconds(7200)
        #expect(found.accept == accept)
        #expect(found.upstream == "")
        #expect(found.upstreams == ["db", "redis"])
    }

    @Test func whatIsLeftOutHasTheDefaultsOfTheSettings() throws {
        let found = try settings(Self.listener + Self.edge("{}", "protocol: h2-connect"))
        #expect(
            found.upstreams[0].tunnel == TunnelSettings(.h2Connect, authority: "db.internal:5432"))
    }

    @Test(arguments: [
        ("h2-connect", "{}", TLSVersion.tls12), ("h2-connect", "{alpn: [h2]}", .tls12),
        ("hbone", "{certificate: a.pem, key: a.key}", .tls13),
        ("hbone", "{certificate: a.pem, key: a.key, alpn: [h2], min-version: 1.2}", .tls13),
    ])
    func tlsTowardsAnUpstreamBecomesWhatTheTunnelSpeaks(
        word: String, tls: String, oldest: TLSVersion
    ) throws {
        let found = configuration(Self.listener + Self.edge(tls, "protocol: \(word)"))
        #expect(found.report == "")
        let shared = try #require(found.settings?.upstreams[0].tls?.shared)
        #expect(shared.alpn == ["h2"])
        #expect(shared.minVersion == oldest)
    }

    @Test(arguments: [("h2-connect", TLSVersion.tls12), ("hbone", .tls13)])
    func tlsWithClientsBecomesWhatIsAccepted(word: String, oldest: TLSVersion) throws {
        let found = configuration(
            """
            listeners:
              edge:
                bind: 0.0.0.0:15008
                tls: {certificate: a.pem, key: a.key, client-ca: ca.pem, allow: any-verified}
                accept: {protocol: \(word), authorities: {"db.internal:5432": db}}
            upstreams: {db: {endpoints: [127.0.0.1:5432]}}
            """)
        #expect(found.report == "")
        let shared = try #require(found.settings?.listeners[0].tls?.shared)
        #expect(shared.alpn == ["h2"])
        #expect(shared.minVersion == oldest)
    }

    @Test func withoutATunnelTLSStaysAsItIsSaid() throws {
        let found = try settings(
            Self.listener + "upstreams: {edge: {endpoints: [db:5432], tls: {}}}")
        #expect(found.upstreams[0].tls?.shared == TLSSettings())
    }

    /// The other authority of the same listener would lead back.
    @Test func aTunnelToAnotherListenerOfThisProcessIsLegal() {
        let found = configuration(
            """
            listeners:
              a: {bind: 127.0.0.1:1, upstream: edge}
              b:
                bind: 127.0.0.1:2
                tls: {certificate: a.pem, key: a.key}
                accept:
                  protocol: h2-connect
                  authorities: {"x.internal:1": back, "y.internal:1": db}
            upstreams:
              edge:
                endpoints: [127.0.0.1:2]
                tls: {}
                tunnel: {protocol: h2-connect, authority: "Y.internal:1"}
              back: {endpoints: [127.0.0.1:1]}
              db: {endpoints: [127.0.0.1:5432]}
            """)
        #expect(found.report == "")
    }

    /// Names and values together; a single value of more than 4 KiB is none.
    @Test(arguments: [(0, ""), (1, "8193 bytes")])
    func headersHaveEightKibibytes(more: Int, complaint: String) {
        let tunnel = """
            protocol: h2-connect, headers: {aa: \(String(repeating: "x", count: 4094)), \
            bb: \(String(repeating: "y", count: 4094 + more))}
            """
        let found = configuration(Self.listener + Self.edge("{}", tunnel))
        #expect(found.report.contains(complaint) || complaint.isEmpty && found.report == "")
        #expect((found.settings == nil) == (more > 0))
    }

    private static let listener = "listeners: {a: {bind: 127.0.0.1:1, upstream: edge}}\n"

    private static func edge(_ tls: String, _ tunnel: String) -> String {
        """
        upstreams:
          edge:
            endpoints: [gateway.internal:15008]
            tls: \(tls)
            tunnel: {authority: "db.internal:5432", \(tunnel)}

        """
    }
}

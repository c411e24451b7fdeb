// SPDX-License-Identifier: Apache-2.0
// A good file becomes exactly the settings that it says, and the defaults for what it leaves out.

import AttacheCore
import Testing

@testable import AttacheConfiguration

struct SettingsTests {
    @Test func theLeastThatCanBeSaidHasTheDefaultsOfTheSettings() throws {
        let found = try settings(
            """
            listeners: {a: {bind: 127.0.0.1:5432, upstream: db}}
            upstreams: {db: {endpoints: [db.internal:5432]}}
            """)
        let expected = Settings(
            listeners: [
                ListenerSettings(
                    name: "a", bind: try Bind(parsing: "127.0.0.1:5432"), upstream: "db")
            ],
            upstreams: [
                UpstreamSettings(
                    name: "db",
                    destination: .endpoints([try Address(parsing: "db.internal:5432")]))
            ], workers: Workers.auto.number)
        #expect(found == expected)
    }

    @Test func everyKeyOfAListenerReachesItsSetting() throws {
        let found = try settings(
            """
            listeners:
              edge:
                bind: "[::]:6380"
                upstream: redis
                dual-stack: true
                sources: {allow: [10.0.0.0/8], deny: [10.6.6.6]}
                limits: {sessions: 500}
                timeouts: {handshake: 3s}
                tls:
                  certificates:
                    - {certificate: a.pem, key: a.key, key-passphrase-file: /run/a.pass}
                    - {certificate: /b.pem, key: /b.key}
                  client-ca: ca.pem
                  client-certificate: optional
                  allow: {dns: ["*.internal"], uri: ["spiffe://corp/**"], cn: [app], ip: [fd00::9]}
                  crl: revoked.pem
                  min-version: "1.3"
                  max-version: 1.3
                  alpn: [h2, http/1.1]
                  unclean-end: end
                  ciphers: [ECDHE-RSA-AES128-GCM-SHA256]
                  cipher-suites: [TLS_AES_128_GCM_SHA256]
                  groups: [X25519, P-256]
            upstreams: {redis: {endpoints: [127.0.0.1:6379]}}
            """
        ).listeners[0]
        var first = Identity(certificate: "/etc/attache/a.pem", key: "/etc/attache/a.key")
        first.keyPassphraseFile = "/run/a.pass"
        let policy = try IdentityPolicy(
            parsing: ["dns:*.internal", "uri:spiffe://corp/**", "cn:app", "ip:fd00::9"])
        var tls = ServerTLSSettings(
            identities: [first, Identity(certificate: "/b.pem", key: "/b.key")],
            clientCertificate: .optional(clientCA: "/etc/attache/ca.pem", policy))
        tls.shared.crl = "/etc/attache/revoked.pem"
        tls.shared.minVersion = .tls13
        tls.shared.alpn = ["h2", "http/1.1"]
        tls.shared.uncleanEnd = .end
        tls.shared.ciphers = ["ECDHE-RSA-AES128-GCM-SHA256"]
        tls.shared.cipherSuites = ["TLS_AES_128_GCM_SHA256"]
        tls.shared.groups = ["X25519", "P-256"]
        var expected = ListenerSettings(
            name: "edge", bind: try Bind(parsing: "[::]:6380"), upstream: "redis")
        expected.dualStack = true
        expected.sources = SourcePolicy(
            allow: [try CIDR(parsing: "10.0.0.0/8")], deny: [try CIDR(parsing: "10.6.6.6")])
        expected.sessions = 500
        expected.handshakeTimeout = .seconds(3)
        expected.tls = tls
        #expect(found == expected)
    }

    @Test func everyKeyOfAnUpstreamReachesItsSetting() throws {
        let pin = "sha256/iGx13k9e1BMHYXRGPzIULv+HzbHG1BRu55vnlcbrG6U="
        let found = try settings(
            """
            listeners: {a: {bind: unix:a.sock, mode: 0660, upstream: db}}
            upstreams:
              db:
                endpoints: [db-1:5432, "[::1]:5433", unix:/run/db.sock]
                timeouts:
                  connect: 250ms
                  handshake: 2s
                  idle: 1m30s
                  half-close: none
                  lifetime: 1h
                  dead-peer: 5s
                  abort-linger: 0s
                tls:
                  ca: ca.pem
                  certificate: app.pem
                  key: app.key
                  server-name: db.internal
                  allow: {dns: [db.internal]}
                  pins: [\(pin)]
            """)
        var tls = ClientTLSSettings()
        tls.ca = "/etc/attache/ca.pem"
        tls.identity = Identity(certificate: "/etc/attache/app.pem", key: "/etc/attache/app.key")
        tls.serverName = "db.internal"
        tls.verify = .names(try IdentityPolicy(parsing: ["dns:db.internal"]))
        tls.pins = [try KeyPin(parsing: pin)]
        var expected = UpstreamSettings(
            name: "db",
            destination: .endpoints([
                try Address(parsing: "db-1:5432"), try Address(parsing: "[::1]:5433"),
                .unix("/run/db.sock"),
            ]))
        expected.connectTimeout = .milliseconds(250)
        expected.handshakeTimeout = .seconds(2)
        expected.idleTimeout = .seconds(90)
        expected.halfCloseTimeout = nil
        expected.lifetime = .seconds(3600)
        expected.deadPeer = .seconds(5)
        expected.abortLinger = .zero
        expected.tls = tls
        #expect(found.upstreams == [expected])
        #expect(found.listeners[0].mode == 0o660)
        #expect(found.listeners[0].bind == .address(.unix("/etc/attache/a.sock")))
    }

    @Test func everyKeyOfTheProcessReachesItsSetting() throws {
        let found = try settings(
            """
            listeners:
              a: {bind: 0.0.0.0:1, upstream: db, insecure-plaintext-listener: true}
            upstreams: {db: {endpoints: [db:5432]}}
            workers: 3
            drain: 2m
            admin: {bind: unix:/run/admin.sock}
            log:
              format: text
              access: none
              events: logs/events.log
              level: debug
              levels: {upstream: trace, admin: error}
            """)
        #expect(found.listeners[0].insecurePlaintext)
        #expect(found.workers == 3)
        #expect(found.drain == .seconds(120))
        #expect(found.admin == .path("/run/admin.sock"))
        var log = LogSettings()
        log.format = .text
        log.access = .none
        log.events = .file("/etc/attache/logs/events.log")
        log.level = .debug
        log.levels = [.upstream: .trace, .admin: .error]
        #expect(found.log == log)
    }

    @Test(arguments: [
        ("", Settings.Admin.byDefault), ("admin: {bind: none}", .off),
        ("admin: {bind: unix:/a}", .path("/a")), ("admin: {}", .byDefault),
    ])
    func whetherTheFileSpeaksOfTheOperatorsSocketIsKnown(
        line: String, admin: Settings.Admin
    ) throws {
        #expect(try settings(Self.least + line).admin == admin)
    }

    @Test func quotationMarksMakeNoDifference() throws {
        let plain = try settings(Self.least + "drain: 5s\nworkers: 2\n")
        let quoted = try settings(
            """
            "listeners": {'a': {"bind": '127.0.0.1:1', "upstream": "db"}}
            "upstreams": {"db": {"endpoints": ["db:5432"]}}
            "drain": "5s"
            "workers": '2'
            """)
        #expect(plain == quoted)
    }

    @Test func jsonIsYAMLToo() throws {
        let json = """
            {"listeners": {"a": {"bind": "127.0.0.1:1", "upstream": "db"}},
             "upstreams": {"db": {"endpoints": ["db:5432"]}}, "workers": 2}
            """
        #expect(try settings(json) == settings(Self.least + "workers: 2"))
    }

    @Test func aChainThroughAnotherListenerOfThisProcessIsLegal() throws {
        let found = configuration(
            """
            listeners:
              a: {bind: 127.0.0.1:1, upstream: inner}
              b: {bind: 127.0.0.1:2, upstream: db}
            upstreams:
              inner: {endpoints: [localhost:2]}
              db: {endpoints: [db:5432]}
            """)
        #expect(found.report == "")
    }

    @Test(arguments: [
        ("127.0.0.1:5432", "127.0.0.2:5432"), ("127.0.0.1:5432", "\"[::1]:5432\""),
        ("127.0.0.1:0", "127.0.0.1:0"), ("127.0.0.1:1", "127.0.0.1:2"),
        ("unix:/a", "unix:/b"), ("systemd:a", "systemd:b"), ("localhost:1", "127.0.0.2:1"),
    ])
    func listenersThatOnlyLookAlikeStandBesideOneAnother(one: String, other: String) {
        let found = configuration(
            """
            listeners: {a: {bind: \(one), upstream: db}, b: {bind: \(other), upstream: db}}
            upstreams: {db: {endpoints: [db:5432]}}
            """)
        #expect(found.report == "")
    }

    private static let least = """
        listeners: {a: {bind: 127.0.0.1:1, upstream: db}}
        upstreams: {db: {endpoints: [db:5432]}}

        """
}

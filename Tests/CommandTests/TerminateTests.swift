// SPDX-License-Identifier: Apache-2.0
// attache terminate, attache echo and attache bench serve: what their flags become.

import AttacheCore
import Testing

@testable import attache

struct TerminateTests {
    static let start =
        "terminate --listen 0.0.0.0:6380 --to 127.0.0.1:6379 --cert server.pem --key server.key"

    @Test func withoutMoreClientsSpeakTLSWithoutCertificatesAndTheUpstreamPlaintext() throws {
        let plan = try plan(Self.start)
        let listener = try #require(plan.settings.listeners.first)
        let upstream = try #require(plan.settings.upstreams.first)
        #expect(plan.warnings.isEmpty)
        #expect(upstream.tls == nil)
        let tls = try #require(listener.tls)
        #expect(tls.identities.first == Identity(certificate: "server.pem", key: "server.key"))
        #expect(tls.shared.minVersion == .tls12)
        guard case .off = tls.clientCertificate else {
            Issue.record("\(tls.clientCertificate)")
            return
        }
    }

    @Test func anAuthorityMakesClientCertificatesRequired() throws {
        let line = Self.start + " --client-ca ca.pem --allow dns:app.internal"
        guard case .required("ca.pem", _) = try listener(line).tls?.clientCertificate else {
            Issue.record("not required")
            return
        }
        guard
            case .required = try listener(line + " --client-certificate required").tls?
                .clientCertificate
        else {
            Issue.record("not required")
            return
        }
        guard
            case .optional("ca.pem", _) = try listener(line + " --client-certificate optional").tls?
                .clientCertificate
        else {
            Issue.record("not optional")
            return
        }
    }

    @Test func handshakeIsTheClientsAndToHandshakeTheUpstreams() throws {
        let plan = try plan(Self.start + " --handshake 1s --to-tls --to-handshake 2s")
        let listener = try #require(plan.settings.listeners.first)
        let upstream = try #require(plan.settings.upstreams.first)
        #expect(listener.handshakeTimeout == .seconds(1))
        #expect(upstream.handshakeTimeout == .seconds(2))
    }

    @Test func bothSidesOfTLSKeepTheirOwnFlags() throws {
        let plan = try plan(
            Self.start + " --crl r --min-version 1.3 --alpn x --unclean-end end"
                + " --client-ca ca --allow any-verified"
                + " --to-tls --to-ca tca --to-cert tc --to-key tk --to-server-name n --to-crl tr"
                + " --to-max-version 1.2 --to-alpn y")
        let server = try #require(plan.settings.listeners.first?.tls)
        let upstream = try #require(plan.settings.upstreams.first)
        let client = try #require(upstream.tls)
        #expect(server.shared.crl == "r")
        #expect(server.shared.minVersion == .tls13)
        #expect(server.shared.maxVersion == .tls13)
        #expect(server.shared.alpn == ["x"])
        #expect(server.shared.uncleanEnd == .end)
        #expect(client.ca == "tca")
        #expect(client.identity == Identity(certificate: "tc", key: "tk"))
        #expect(client.serverName == "n")
        #expect(client.shared.crl == "tr")
        #expect(client.shared.minVersion == .tls12)
        #expect(client.shared.maxVersion == .tls12)
        #expect(client.shared.alpn == ["y"])
        #expect(client.shared.uncleanEnd == .abort)
    }

    @Test func certificatesAndKeysArePairedInTheirOrder() throws {
        let tls = try listener(
            Self.start + " --key b.key --certificate b.pem --key-passphrase-file a.pass"
                + " --key-passphrase-file=b.pass --ciphers a,b --cipher-suites c --groups d,e"
        ).tls
        var first = Identity(certificate: "server.pem", key: "server.key")
        first.keyPassphraseFile = "a.pass"
        var second = Identity(certificate: "b.pem", key: "b.key")
        second.keyPassphraseFile = "b.pass"
        #expect(tls?.identities == [first, second])
        #expect(tls?.shared.ciphers == ["a", "b"])
        #expect(tls?.shared.cipherSuites == ["c"])
        #expect(tls?.shared.groups == ["d", "e"])
        let one = try listener(
            Self.start + " --cert b.pem --key b.key --key-passphrase-file all.pass")
        #expect(one.tls?.identities.map(\.keyPassphraseFile) == ["all.pass", "all.pass"])
    }

    @Test func pinsAreTheUpstreams() throws {
        let pin = "sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        let hexadecimal = String(repeating: "0f", count: 32)
        let line = Self.start + " --to-tls --to-pin \(pin) --to-pin \(hexadecimal)"
        let pins = try upstream(line).tls?.pins
        #expect(pins == [try KeyPin(parsing: pin), try KeyPin(parsing: hexadecimal)])
    }

    @Test func plaintextThatLeavesTheMachineIsWarnedOf() throws {
        let far = Self.start.replacing("127.0.0.1:6379", with: "10.0.0.1:6379")
        let said = try plan(far).warnings
        #expect(said.count == 1)
        #expect(said.first?.contains("unencrypted, towards 10.0.0.1:6379") == true)
        #expect(said.first?.contains("--to-tls") == true)
        #expect(try plan(far + " --to-tls").warnings.isEmpty)
        let unix = Self.start.replacing("127.0.0.1:6379", with: "unix:/run/redis.sock")
        #expect(try plan(unix).warnings.isEmpty)
    }

    @Test func verificationOfTheUpstreamIsSwitchedOffByOneWordAndSaysSo() throws {
        let said = try plan(Self.start + " --to-tls --to-verify none-insecure").warnings
        #expect(said.count == 1)
        #expect(said.first?.hasPrefix("--to-verify none-insecure") == true)
    }
}

struct EchoTests {
    @Test func withoutACertificateItSpeaksPlaintextOnLoopback() throws {
        let plan = try plan("echo --listen 127.0.0.1:0 --idle 5s")
        let listener = try #require(plan.settings.listeners.first)
        let upstream = try #require(plan.settings.upstreams.first)
        #expect(listener.tls == nil)
        #expect(upstream.name == "echo")
        #expect(upstream.idleTimeout == .seconds(5))
        #expect(upstream.destination == .local(.echo))
    }

    @Test func withOneItSpeaksTLSAnywhere() throws {
        let line = "echo --listen 0.0.0.0:0 --cert c --key k --client-ca a --allow any-verified"
        guard case .required("a", _) = try listener(line).tls?.clientCertificate else {
            Issue.record("not required")
            return
        }
    }
}

struct BenchServeTests {
    private static let start = "bench serve --listen 127.0.0.1:0"

    @Test(arguments: LocalService.allCases)
    func itServesWhatIsAskedFor(service: LocalService) throws {
        let upstream = try upstream(Self.start + " --as \(service)")
        #expect(upstream.destination == .local(service))
        #expect(upstream.name == "\(service)")
    }

    @Test func withoutMoreItAnswersInPlaintextAndWritesNoSessionLines() throws {
        let plan = try plan(Self.start + " --sessions 5 --lifetime 1m")
        #expect(plan.settings.upstreams.first?.destination == .local(.answer))
        #expect(plan.settings.upstreams.first?.lifetime == .seconds(60))
        #expect(plan.settings.listeners.first?.tls == nil)
        #expect(plan.settings.listeners.first?.sessions == 5)
        #expect(plan.settings.log.access == .none)
        let lines = Self.start + " --log-access stdout"
        #expect(try logs(of: lines).access == .standardOutput)
    }

    @Test func withCertificatesItSpeaksTLS() throws {
        let tls = try listener(Self.start + " --cert c --key k --cert d --key l").tls
        #expect(tls?.identities.map(\.certificate) == ["c", "d"])
    }

    private func logs(of line: String) throws -> LogSettings { try plan(line).settings.log }
}

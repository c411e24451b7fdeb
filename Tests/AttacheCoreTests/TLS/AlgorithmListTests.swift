// SPDX-License-Identifier: Apache-2.0
// Promises of listed suites and groups: what is unknown or open to others is named and refused.

import COpenSSL
import Testing

@testable import AttacheCore

@Suite struct AlgorithmListTests {
    let bench = Bench()

    private func findings(_ change: (inout TLSSettings) -> Void) -> TLSMaterial.Findings {
        var settings = ClientTLSSettings()
        settings.ca = bench.caFile
        change(&settings.shared)
        return TLSMaterial.findings(settings)
    }

    @Test(
        arguments: [
            (["ECDHE-RSA-AES128-GCM-SHA256"], nil),
            (["ECDHE-RSA-AES128-GCM-SHA256", "NONSENSE", "AES"], "\"NONSENSE\", \"AES\""),
            (["HIGH"], "openssl ciphers -s -tls1_2"), (["ALL"], "openssl ciphers -s -tls1_2"),
            (["!aNULL"], "keywords"), (["HIGH:!aNULL"], "\"HIGH:!aNULL\""),
            (["@SECLEVEL=0"], "keywords"), (["-ALL"], "keywords"), ([""], "called \"\""),
            (["ecdhe-rsa-aes128-gcm-sha256"], "has no suite of TLS 1.2"),
            (["TLS_AES_128_GCM_SHA256"], "belongs into cipher-suites"),
            (["NULL-SHA256"], "lacks encryption"), (["ECDHE-RSA-NULL-SHA"], "lacks encryption"),
            (["ADH-AES128-GCM-SHA256"], "or a certificate"),
            (["PSK-AES128-GCM-SHA256"], "or a certificate"),
            ([], "empty list"),
            (["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"], "twice"),
        ] as [([String], String?)])
    func ciphersAreNamesThatTheLibraryHas(_ names: [String], _ part: String?) {
        let problems = findings { $0.ciphers = names }.problems
        #expect(problems.isEmpty == (part == nil), "\(problems)")
        guard let part else { return }
        #expect(problems.first?.setting == "ciphers")
        #expect(problems.first?.message.contains(part) == true, "\(problems)")
    }

    @Test(
        arguments: [
            (["TLS_AES_256_GCM_SHA384", "TLS_AES_128_CCM_SHA256"], nil),
            (["TLS_AES_256"], "\"TLS_AES_256\""), (["HIGH"], "has no suite of TLS 1.3"),
            (["ECDHE-RSA-AES128-GCM-SHA256"], "belongs into ciphers"), ([], "empty list"),
        ] as [([String], String?)])
    func cipherSuitesAreNamesThatTheLibraryHas(_ names: [String], _ part: String?) {
        let problems = findings { $0.cipherSuites = names }.problems
        #expect(problems.isEmpty == (part == nil), "\(problems)")
        guard let part else { return }
        #expect(problems.first?.setting == "cipher-suites")
        #expect(problems.first?.message.contains(part) == true, "\(problems)")
    }

    @Test(
        arguments: [
            (["X25519", "P-256"], nil), (["secp384r1"], nil),
            (["X25519", "P-257", "curve"], "\"P-257\", \"curve\""), (["?X25519"], "\"?X25519\""),
            (["X25519:P-256"], "\"X25519:P-256\""), (["DEFAULT"], "\"DEFAULT\""),
            (["-P-256"], "\"-P-256\""), ([""], "called \"\""), ([], "empty list"),
            (["X25519", "X25519"], "twice"),
        ] as [([String], String?)])
    func groupsAreNamesThatTheLibraryHas(_ names: [String], _ part: String?) {
        let problems = findings { $0.groups = names }.problems
        #expect(problems.isEmpty == (part == nil), "\(problems)")
        guard let part else { return }
        #expect(problems.first?.setting == "groups")
        #expect(problems.first?.message.contains(part) == true, "\(problems)")
    }

    @Test func suitesOfAVersionThatIsOffAreAWarning() {
        let old = findings {
            $0.ciphers = ["ECDHE-RSA-AES128-GCM-SHA256"]
            $0.minVersion = .tls13
        }
        #expect(old.problems.isEmpty)
        #expect(old.warnings == ["ciphers has no effect: TLS 1.2 is switched off"])
        let new = findings {
            $0.cipherSuites = ["TLS_AES_256_GCM_SHA384"]
            $0.maxVersion = .tls12
        }
        #expect(new.warnings == ["cipher-suites has no effect: TLS 1.3 is switched off"])
    }

    @Test func suitesThatAreAdvisedAgainstAreAWarning() {
        for name in ["AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA256"] {
            let found = findings { $0.ciphers = ["ECDHE-RSA-AES128-GCM-SHA256", name] }
            #expect(found.problems.isEmpty)
            #expect(found.warnings.count == 1)
            #expect(found.warnings.first?.contains("\"\(name)\" has no forward secrecy") == true)
        }
    }

    @Test func listedOnesAreSpoken() throws {
        let server = try bench.server {
            $0.ciphers = ["ECDHE-ECDSA-CHACHA20-POLY1305"]
            $0.cipherSuites = ["TLS_CHACHA20_POLY1305_SHA256"]
            $0.groups = ["P-384"]
        }
        for (version, suite) in [
            (TLSVersion.tls12, "ECDHE-ECDSA-CHACHA20-POLY1305"),
            (.tls13, "TLS_CHACHA20_POLY1305_SHA256"),
        ] {
            let wire = try Wire(
                client: bench.client { $0.shared.maxVersion = version }, server: server)
            wire.run()
            #expect(wire.succeeded && wire.client.negotiated.cipher == suite)
        }
    }

    @Test func nothingInCommonIsToldWithWhatWeSpeak() throws {
        for (version, change, part) in [
            (TLSVersion.tls12, { $0.ciphers = ["ECDHE-ECDSA-AES256-GCM-SHA384"] }, "AES256"),
            (.tls13, { $0.cipherSuites = ["TLS_AES_256_GCM_SHA384"] }, "TLS_AES_256_GCM_SHA384"),
            (.tls13, { $0.groups = ["P-384"] }, "groups P-384"),
        ] as [(TLSVersion, (inout TLSSettings) -> Void, String)] {
            let client = try bench.client {
                $0.shared.maxVersion = version
                $0.shared.ciphers = ["ECDHE-ECDSA-AES128-GCM-SHA256"]
                $0.shared.cipherSuites = ["TLS_AES_128_GCM_SHA256"]
                $0.shared.groups = ["X25519"]
            }
            let wire = try Wire(
                client: client,
                server: bench.server {
                    change(&$0)
                    if version == .tls13, part != "groups P-384" { $0.groups = ["X25519"] }
                })
            wire.run()
            let failure = try #require(wire.server.failure)
            #expect(failure.reason == .protocolMismatch, "\(failure.message)")
            #expect(failure.message.contains(part), "\(failure.message)")
            #expect(wire.client.failure?.reason == .protocolMismatch)
        }
    }
}

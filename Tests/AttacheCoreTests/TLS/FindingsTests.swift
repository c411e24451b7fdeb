// SPDX-License-Identifier: Apache-2.0
// Promises of checks: everything that is wrong with a block is told, each with its setting; and a
// fingerprint changes with the files and with nothing else.

import COpenSSL
import Glibc
import Testing

@testable import AttacheCore

@Suite struct FindingsTests {
    let bench = Bench()

    private func settings(_ found: TLSMaterial.Findings) -> Set<String> {
        Set(found.problems.map { $0.setting ?? "?" })
    }

    @Test func everythingOfAListenerIsToldAtOnce() {
        var tls = ServerTLSSettings(
            identities: [
                Identity(certificate: "/nonexistent/c", key: "/nonexistent/k"),
                bench.authority.issue().files(bench.scratch, "good"),
                Identity(
                    certificate: bench.authority.issue().files(bench.scratch, "other").certificate,
                    key: bench.authority.issue().files(bench.scratch, "third").key),
            ],
            clientCertificate: .required(clientCA: "/nonexistent/ca", .anyVerified))
        tls.identities[1].keyPassphraseFile = "/nonexistent/word"
        tls.shared.crl = "/nonexistent/crl"
        tls.shared.alpn = [""]
        tls.shared.minVersion = .tls13
        tls.shared.maxVersion = .tls12
        tls.shared.ciphers = ["HIGH"]
        tls.shared.cipherSuites = ["LOW"]
        tls.shared.groups = ["P-1"]
        #expect(
            settings(TLSMaterial.findings(tls)) == [
                "certificates[0].certificate", "certificates[0].key",
                "certificates[1].key-passphrase-file", "certificates[2].key", "client-ca", "crl",
                "alpn", "min-version", "ciphers", "cipher-suites", "groups",
            ])
        let error = #expect(throws: ConfigurationProblem.self) {
            try TLSContext(server: tls, listener: "test")
        }
        #expect(error?.message.split(separator: "\n").count == 22)
    }

    @Test func everythingOfAnUpstreamIsToldAtOnce() {
        var tls = ClientTLSSettings()
        tls.ca = "/nonexistent/ca"
        tls.identity = Identity(certificate: "/nonexistent/c", key: "/nonexistent/k")
        tls.serverName = "https://x"
        tls.verify = .names(.anyVerified)
        #expect(
            settings(TLSMaterial.findings(tls))
                == ["ca", "certificate", "key", "server-name", "allow"])
        tls.verify = .noneInsecure
        tls.pins = [KeyPin(digest: Array(repeating: 0, count: 32))]
        let found = TLSMaterial.findings(tls)
        #expect(settings(found) == ["pins", "certificate", "key", "server-name"])
        #expect(found.problems.contains { $0.message.contains("own certificate as ca") })
    }

    @Test func certificateForAnotherUseIsAWarning() throws {
        let client = bench.authority.issue(Bench.clientRequest)
        #expect(try bench.server(client).warnings.contains { $0.contains("without serverAuth") })
        #expect(try bench.client(client).warnings.isEmpty)
        let server = bench.authority.issue()
        #expect(try bench.client(server).warnings.contains { $0.contains("without clientAuth") })
        for usage in [nil, "serverAuth,clientAuth", "anyExtendedKeyUsage"] {
            let leaf = bench.authority.issue(Request(usage: usage))
            #expect(try bench.server(leaf).warnings.isEmpty)
            #expect(try bench.client(leaf).warnings.isEmpty)
        }
    }

    @Test func fingerprintChangesWithEveryFileAndStaysWithoutAChange() throws {
        let leaf = bench.authority.issue()
        var identity = leaf.files(bench.scratch, "leaf")
        identity.key = bench.scratch.write("leaf.key", leaf.encryptedKeyPEM("word"))
        identity.keyPassphraseFile = bench.scratch.write("word", "word")
        let more = bench.authority.issue(Request(names: "DNS:more.test"))
        let list = bench.scratch.write("crl.pem", bench.authority.list(revoking: []))
        func fingerprint() throws -> [UInt8] {
            try bench.server(
                identities: [identity, more.files(bench.scratch, "more")], allow: ["any-verified"]
            ) { $0.crl = list }.fingerprint
        }
        var seen = [try fingerprint()]
        #expect(seen[0].count == 32)
        #expect(try fingerprint() == seen[0])
        for (file, text) in [
            ("leaf.pem", leaf.pem + "\n"), ("leaf.key", leaf.encryptedKeyPEM("word")),
            ("word", "word\n"), ("crl.pem", bench.authority.list(revoking: [more])),
        ] {
            _ = bench.scratch.write(file, text)
            let now = try fingerprint()
            #expect(!seen.contains(now), "\(file)")
            seen.append(now)
        }
    }

    @Test func fingerprintOfAnUpstreamKnowsItsAuthorities() throws {
        let before = try bench.client().fingerprint
        #expect(try bench.client().fingerprint == before)
        let file = bench.scratch.write("more.pem", bench.authority.pem + bench.other.pem)
        #expect(try bench.client { $0.ca = file }.fingerprint != before)
        // The system's store is read too, and is the same a moment later.
        let system = try bench.client { $0.ca = nil }.fingerprint
        #expect(try bench.client { $0.ca = nil }.fingerprint == system)
        #expect(system != before)
    }

    @Test func certificatesAreKnownInTheOrderOfTheSettings() throws {
        let files = ["a", "b"].map {
            bench.authority.issue(Request(names: "DNS:\($0).test")).files(bench.scratch, $0)
        }
        let own = try bench.server(identities: files).ownCertificates
        #expect(own.map(\.file) == files.map(\.certificate))
        #expect(own.map(\.names.dns) == [["a.test"], ["b.test"]])
        #expect(own.allSatisfy { $0.notAfter != nil && $0.subject == "CN=server" })
    }

    @Test func libraryThatIsLoadedIsNamed() {
        #expect(OpenSSLLibrary.version.hasPrefix("OpenSSL 3."))
    }
}

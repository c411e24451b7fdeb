// SPDX-License-Identifier: Apache-2.0
// Promises of what the operator is told about files and settings that cannot be used.

import COpenSSL
import Glibc
import Testing

@testable import AttacheCore

@Suite struct ConfigurationTests {
    let bench = Bench()

    private func problem(
        _ settings: ServerTLSSettings, _ parts: String...,
        at line: SourceLocation = #_sourceLocation
    ) {
        expect(parts, at: line) { () throws(ConfigurationProblem) in
            _ = try TLSContext(server: settings, listener: "test")
        }
    }

    private func expect(
        _ parts: [String], at line: SourceLocation,
        _ body: () throws(ConfigurationProblem) -> Void
    ) {
        do {
            try body()
            Issue.record("no problem was found", sourceLocation: line)
        } catch {
            for part in parts {
                #expect(error.message.contains(part), "\(error.message)", sourceLocation: line)
            }
        }
    }

    private func server(
        certificate: String? = nil, key: String? = nil,
        client: ServerTLSSettings.ClientCertificate = .off
    ) -> ServerTLSSettings {
        var identity = bench.authority.issue().files(bench.scratch, "good")
        identity.certificate = certificate ?? identity.certificate
        identity.key = key ?? identity.key
        return ServerTLSSettings(identities: [identity], clientCertificate: client)
    }

    private func file(_ name: String, _ text: String, mode: mode_t = 0o600) -> String {
        bench.scratch.write(name, text, mode: mode)
    }

    @Test func missingFileIsNamed() {
        problem(
            server(certificate: "/nonexistent/a.pem"), "cannot read the certificate",
            "\"/nonexistent/a.pem\"", "no such file or directory (ENOENT)")
        problem(server(key: "b.key"), "the key \"b.key\"", "relative to where attache was started")
    }

    @Test func directoryIsNoFile() {
        problem(server(certificate: bench.scratch.path), "it is a directory")
    }

    @Test func unreadableFileTellsItsOwnerAndOurs() {
        let facts = SmallFile.Facts(owner: 0, group: 0, mode: 0o600)
        let text = ConfigurationProblem(
            cannotRead: "/etc/attache/app.key", as: "key", .refused(errno: EACCES, facts)
        ).message
        #expect(
            text == """
                cannot read the key "/etc/attache/app.key": permission denied (EACCES)
                  The file is root:root 0600 and attache runs as uid \(geteuid()). Grant uid \
                \(geteuid()) read access, or name another file.
                """)
    }

    @Test func fileAtItsBoundIsReadAndOneByteMoreIsNot() throws {
        let path = file("size", String(repeating: "x", count: 10_000))
        #expect(try SmallFile(reading: path, bytesMax: 10_000).bytes.count == 10_000)
        #expect(throws: SmallFile.Problem.self) {
            try SmallFile(reading: path, bytesMax: 9999)
        }
        #expect(try SmallFile(reading: file("none", ""), bytesMax: 1).bytes.isEmpty)
    }

    @Test func whatIsNotPEMIsSaidToBe() {
        problem(server(certificate: file("e", "")), "is not PEM", "The file is empty")
        problem(server(certificate: file("t", "hello")), "is not PEM", "begins with such a line")
        problem(server(certificate: file("d", "0\u{1}\u{2}")), "openssl x509 -inform der")
    }

    @Test func damagedPEMIsSaidToBe() {
        let pem = bench.authority.issue().pem
        problem(server(certificate: file("cut", String(pem.prefix(300)))), "damaged", "0 good")
        problem(server(certificate: file("cut2", pem + pem.prefix(300))), "after 1 good block ")
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        problem(
            server(certificate: file("bad", garbage)), "block 1, CERTIFICATE, cannot be decoded")
    }

    @Test func wrongKeyNamesBothFiles() {
        let other = file("other.key", bench.authority.issue().keyPEM)
        problem(
            server(key: other), "\"\(other)\" does not belong to the certificate", "good.pem",
            "CN=server")
    }

    @Test func chainInTheWrongOrderIsRecognised() {
        let leaf = bench.authority.issue()
        let path = file("order.pem", bench.authority.pem + leaf.pem)
        problem(
            server(certificate: path, key: file("order.key", leaf.keyPEM)),
            "It belongs to certificate 2 of the file: put that one first")
    }

    @Test func keyFileMustHoldOneReadableKey() {
        let leaf = bench.authority.issue()
        problem(server(key: file("c", leaf.pem)), "holds no private key")
        problem(server(key: file("k", leaf.keyPEM + leaf.keyPEM)), "holds 2 private keys")
        problem(
            server(key: file("enc", leaf.encryptedKeyPEM("secret"))), "is encrypted",
            "key-passphrase-file")
        let old = """
            -----BEGIN RSA PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

            AAAA
            -----END RSA PRIVATE KEY-----

            """
        problem(server(key: file("old", old)), "is encrypted")
        problem(server(certificate: file("swap", leaf.keyPEM)), "named the wrong way round?")
    }

    @Test func keysInFilesForCertificatesAreRefused() {
        let leaf = bench.authority.issue()
        problem(
            server(certificate: file("both", leaf.pem + leaf.keyPEM)), "holds a private key",
            "Take the key out")
        problem(
            server(
                client: .required(
                    clientCA: file("ca+key", bench.authority.pem + leaf.keyPEM), .anyVerified)),
            "CA file", "holds a private key")
    }

    @Test func oneFileForCertificateAndKeyIsFine() throws {
        let leaf = bench.authority.issue()
        let path = file("one.pem", leaf.pem + leaf.keyPEM)
        let context = try TLSContext(
            server: server(certificate: path, key: path), listener: "test")
        #expect(context.warnings.isEmpty)
    }

    @Test func emptyAuthoritiesAndListsAreRefused() {
        let list = bench.authority.list(revoking: [])
        problem(
            server(client: .optional(clientCA: file("x", list), .anyVerified)),
            "holds no certificate")
        var settings = server(client: .optional(clientCA: bench.caFile, .anyVerified))
        settings.shared.crl = bench.caFile
        problem(settings, "holds no revocation list")
    }

    @Test func contradictionsAreRefused() {
        var settings = server()
        settings.shared.crl = file("l", bench.authority.list(revoking: []))
        problem(settings, "none is asked for")
        settings = server()
        settings.shared.minVersion = .tls13
        settings.shared.maxVersion = .tls12
        problem(settings, "min-version is above max-version")
        settings = server()
        settings.shared.alpn = [""]
        problem(settings, "no ALPN protocol")
        settings.shared.alpn = [String(repeating: "x", count: 256)]
        problem(settings, "1 to 255 bytes")
        var client = ClientTLSSettings()
        client.verify = .names(.anyVerified)
        expect(["any-verified is for clients"], at: #_sourceLocation) {
            () throws(ConfigurationProblem) in _ = try TLSContext(client: client)
        }
        client.verify = .hostName
        client.serverName = "https://db"
        expect(["neither a host name nor an IP address"], at: #_sourceLocation) {
            () throws(ConfigurationProblem) in _ = try TLSContext(client: client)
        }
    }

    @Test(arguments: [
        (-7260, -86_400, "expired 2 hours ago"), (4 * 86_400 - 60, -3600, "expires in 3 days"),
        (14 * 86_400 - 60, -3600, "expires in 13 days"), (20 * 86_400, 7300, "not valid before"),
    ])
    func certificateNearOrPastItsEndStartsWithAWarning(
        _ until: Int, _ from: Int, _ part: String
    ) throws {
        let context = try bench.server(bench.authority.issue(Request(from: from, until: until)))
        #expect(context.warnings.contains { $0.contains(part) }, "\(context.warnings)")
    }

    @Test func certificateWithTwoWeeksLeftStartsWithoutAWarning() throws {
        let leaf = bench.authority.issue(Request(until: 14 * 86_400 + 3600))
        #expect(try bench.server(leaf).warnings.isEmpty)
    }

    @Test func keyThatEverybodyMayReadIsWarnedAbout() throws {
        let leaf = bench.authority.issue()
        let key = file("open.key", leaf.keyPEM, mode: 0o644)
        let context = try TLSContext(
            server: server(certificate: file("open.pem", leaf.pem), key: key), listener: "test")
        #expect(context.warnings.count == 1)
        #expect(context.warnings[0].contains("readable by everybody"))
        #expect(context.warnings[0].contains("0644"))
    }

    @Test func expiredListAndRootAreWarnedAbout() throws {
        let context = try bench.server(allow: ["any-verified"]) {
            $0.crl = file("stale", bench.authority.list(revoking: [], until: -60))
        }
        #expect(context.warnings.contains { $0.contains("the CRL of CN=Test CA") })
        let old = TestAuthority("Old CA", until: -60)
        let client = try bench.client { $0.ca = file("old", old.pem) }
        #expect(client.warnings.contains { $0.contains("CN=Old CA") })
    }

    @Test func namesWithOddBytesAreNobodys() throws {
        // localhost\0.evil.co as DNS, and one good name beside it.
        let leaf = bench.authority.issue(
            Request(
                commonName: nil,
                names: "DER:30:1a:82:12:6c:6f:63:61:6c:68:6f:73:74:00:2e:65:76:69:6c:2e:63:6f"
                    + ":82:04:67:6f:6f:64"))
        #expect(Certificate(leaf.certificate).names == PresentedNames(dns: ["good"]))
        let odd = bench.authority.issue(Request(commonName: "a\nb", names: nil))
        #expect(Certificate(odd.certificate).names == PresentedNames())
        #expect(!Certificate(odd.certificate).subject.contains("\n"))
    }

    @Test func timesAreToldAsPeopleReadThem() {
        let base = Moment(seconds: 1_795_075_200)
        #expect("\(base)" == "2026-11-19T08:00:00Z")
        for (seconds, text) in [
            (0, "0 seconds"), (1, "1 second"), (119, "119 seconds"), (120, "2 minutes"),
            (7199, "119 minutes"), (7200, "2 hours"), (172_799, "47 hours"), (172_800, "2 days"),
        ] {
            #expect(base.distance(to: Moment(seconds: base.seconds + seconds)) == text)
            #expect(base.distance(to: Moment(seconds: base.seconds - seconds)) == text)
        }
    }
}

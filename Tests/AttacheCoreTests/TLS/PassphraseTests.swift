// SPDX-License-Identifier: Apache-2.0
// Promises of encrypted keys: opened by the first line of a file, or said why not.

import COpenSSL
import Testing

@testable import AttacheCore

@Suite struct PassphraseTests {
    let bench = Bench()
    private let leaf: TestIdentity

    init() { leaf = bench.authority.issue() }

    private func settings(_ key: String, _ words: String?) -> ServerTLSSettings {
        var identity = leaf.files(bench.scratch, "leaf")
        identity.key = bench.scratch.write("locked.key", key)
        identity.keyPassphraseFile = words.map { bench.scratch.write("word", $0) }
        return ServerTLSSettings(identities: [identity], clientCertificate: .off)
    }

    private func findings(_ key: String, _ words: String?) -> TLSMaterial.Findings {
        TLSMaterial.findings(settings(key, words))
    }

    @Test(arguments: ["open sesame", "open sesame\n", "open sesame\r\n", "open sesame\nnot this"])
    func firstLineOpensKeysOfBothFormats(_ words: String) throws {
        for key in [leaf.encryptedKeyPEM("open sesame"), leaf.oldEncryptedKeyPEM("open sesame")] {
            let context = try TLSContext(server: settings(key, words), listener: "test")
            #expect(context.warnings.isEmpty, "\(context.warnings)")
            let wire = try Wire(client: bench.client(), server: context)
            wire.run()
            #expect(wire.succeeded)
        }
    }

    @Test func spacesBelongToIt() {
        #expect(findings(leaf.encryptedKeyPEM(" a "), " a \n").problems.isEmpty)
        #expect(findings(leaf.encryptedKeyPEM(" a "), "a").problems.count == 1)
    }

    @Test func wrongOneIsToldWithBothFilesAndNeverShown() {
        for key in [leaf.encryptedKeyPEM("right"), leaf.oldEncryptedKeyPEM("right")] {
            let problems = findings(key, "hunter2-wrong").problems
            #expect(problems.count == 1)
            let message = problems.first?.message ?? ""
            for part in ["/word\" does not open the key", "/locked.key\"", "openssl pkey"] {
                #expect(message.contains(part), "\(message)")
            }
            #expect(!message.contains("hunter2"))
            #expect(problems.first?.setting == "key-passphrase-file")
        }
    }

    @Test(arguments: ["", "\nsecond", "a\0b", String(repeating: "a", count: 1024)])
    func fileWithoutAUsableOneIsToldAsThat(_ words: String) {
        let problem = findings(leaf.encryptedKeyPEM("right"), words).problems.first
        #expect(problem?.setting == "key-passphrase-file")
        #expect(problem?.message.contains("no passphrase in its first line") == true)
    }

    @Test func longestOneIsTaken() {
        let word = String(repeating: "x", count: 1023)
        #expect(findings(leaf.encryptedKeyPEM(word), word).problems.isEmpty)
    }

    @Test func missingFileIsNamed() {
        var settings = settings(leaf.encryptedKeyPEM("a"), nil)
        settings.identities[0].keyPassphraseFile = "/nonexistent/word"
        let problem = TLSMaterial.findings(settings).problems.first
        #expect(problem?.message.contains("cannot read the passphrase") == true)
        #expect(problem?.setting == "key-passphrase-file")
    }

    @Test func encryptedKeyWithoutOneSaysWhatToName() {
        let problem = findings(leaf.encryptedKeyPEM("a"), nil).problems.first
        #expect(problem?.message.contains("is encrypted, and no passphrase is named") == true)
        #expect(problem?.setting == "key")
    }

    @Test func oneForAKeyInTheClearIsAWarning() {
        let found = findings(leaf.keyPEM, "for nothing")
        #expect(found.problems.isEmpty)
        #expect(found.warnings.contains { $0.contains("is not encrypted") })
        #expect(!found.warnings.contains { $0.contains("for nothing\"") })
    }

    @Test func fileThatEverybodyMayReadIsWarnedAbout() {
        var settings = settings(leaf.encryptedKeyPEM("a"), nil)
        settings.identities[0].keyPassphraseFile = bench.scratch.write("open", "a", mode: 0o644)
        let found = TLSMaterial.findings(settings)
        #expect(found.problems.isEmpty)
        #expect(found.warnings.contains { $0.contains("the passphrase") && $0.contains("0644") })
    }
}

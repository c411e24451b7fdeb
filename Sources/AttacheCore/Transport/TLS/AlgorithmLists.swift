// SPDX-License-Identifier: Apache-2.0
// Suites and groups that the operator lists: each known, each one that may be spoken.

import COpenSSL

/// OpenSSL passes over names that it does not know, and then speaks less than somebody believes;
/// so each name is tried alone.
struct AlgorithmLists {
    private let settings: TLSSettings
    private let context: OpaquePointer

    init(_ settings: TLSSettings, into context: OpaquePointer) {
        self.settings = settings
        self.context = context
    }

    /// Puts into the context what is good.
    func check(_ findings: inout TLSMaterial.Findings) {
        if settings.minVersion > settings.maxVersion {
            findings.note(
                ConfigurationProblem(
                    "min-version is above max-version, so no TLS version is left",
                    remedy: "Write both as 1.2 or 1.3, the lower one first."), at: "min-version")
        }
        if let names = settings.ciphers { suites(names, .tls12, &findings) }
        if let names = settings.cipherSuites { suites(names, .tls13, &findings) }
        if let names = settings.groups { groups(names, &findings) }
    }

    private func suites(
        _ names: [String], _ version: TLSVersion, _ findings: inout TLSMaterial.Findings
    ) {
        let setting = version == .tls12 ? "ciphers" : "cipher-suites"
        let label = version == .tls12 ? "TLS 1.2" : "TLS 1.3"
        if let problem = repeated(names, setting) { findings.note(problem, at: setting) }
        let unknown = names.filter { KnownSuites.find($0, version) == nil }
        let insecure = names.filter { KnownSuites.find($0, version)?.isInsecure == true }
        if !unknown.isEmpty {
            findings.note(
                ConfigurationProblem(
                    "\(setting): \(OpenSSLLibrary.version) has no suite of \(label) that is called "
                        + unknown.quoted,
                    remedy: remedy(unknown, version)), at: setting)
        }
        if !insecure.isEmpty {
            findings.note(
                ConfigurationProblem(
                    "\(setting): \(insecure.quoted) would leave the connection open to whoever "
                        + "is on the way: it lacks encryption of 112 bits, or a certificate",
                    remedy: "Take it out of the list."), at: setting)
        }
        guard unknown.isEmpty, insecure.isEmpty, !names.isEmpty else { return }
        let list = names.joined(separator: ":")
        let isSet =
            version == .tls12
            ? SSL_CTX_set_cipher_list(context, list) : SSL_CTX_set_ciphersuites(context, list)
        if isSet != 1 {
            findings.note(
                ConfigurationProblem(
                    "\(setting): OpenSSL does not take the list: \(OpenSSLError.first())",
                    remedy: "Name fewer suites, or take \(setting) out."), at: setting)
        }
        findings.warnings += warnings(names, version, setting, label)
    }

    private func warnings(
        _ names: [String], _ version: TLSVersion, _ setting: String, _ label: String
    ) -> [String] {
        if version < settings.minVersion || version > settings.maxVersion {
            return ["\(setting) has no effect: \(label) is switched off"]
        }
        let weak = names.filter { KnownSuites.find($0, version)?.isWeak == true }
        if weak.isEmpty { return [] }
        return [
            "\(setting): \(weak.quoted) has no forward secrecy or no authenticated encryption; "
                + "RFC 9325 advises against it"
        ]
    }

    private func remedy(_ unknown: [String], _ version: TLSVersion) -> String {
        let other: TLSVersion = version == .tls12 ? .tls13 : .tls12
        if unknown.allSatisfy({ KnownSuites.find($0, other) != nil }) {
            return version == .tls12
                ? "That is TLS 1.3's: it belongs into cipher-suites."
                : "That is TLS 1.2's: it belongs into ciphers."
        }
        return version == .tls12
            ? "Write names as `openssl ciphers -s -tls1_2` lists them; its keywords (HIGH, "
                + "!aNULL) are no names, but put behind that they list what they mean."
            : "Write names as `openssl ciphers -s -tls1_3` lists them."
    }

    private func groups(_ names: [String], _ findings: inout TLSMaterial.Findings) {
        if let problem = repeated(names, "groups") {
            findings.note(problem, at: "groups")
            return
        }
        let unknown = names.filter { !isGroup($0) }
        guard unknown.isEmpty else {
            findings.note(
                ConfigurationProblem(
                    "groups: \(OpenSSLLibrary.version) has no group that is called "
                        + unknown.quoted,
                    remedy: "Write such as X25519, P-256 or P-384; X25519MLKEM768 needs "
                        + "OpenSSL 3.5."), at: "groups")
            return
        }
        if attache_ssl_ctx_groups(context, names.joined(separator: ":")) != 1 {
            findings.note(
                ConfigurationProblem(
                    "groups: OpenSSL does not take the list: \(OpenSSLError.first())",
                    remedy: "Name each group once, and fewer of them."), at: "groups")
        }
    }

    /// Without the signs that mean something else in OpenSSL's lists.
    private func isGroup(_ name: String) -> Bool {
        guard name.utf8.allSatisfy(DNSName.allowsByte), name != "DEFAULT",
            name.first?.isLetter == true, let scratch = SSL_CTX_new(TLS_method())
        else { return false }
        defer {
            SSL_CTX_free(scratch)
            ERR_clear_error()
        }
        return attache_ssl_ctx_groups(scratch, name) == 1
    }

    private func repeated(_ names: [String], _ setting: String) -> ConfigurationProblem? {
        if names.isEmpty {
            return ConfigurationProblem(
                "\(setting) is an empty list, so nothing could be spoken",
                remedy: "Name some, or take \(setting) out: good ones are used then.")
        }
        var seen: Set<String> = []
        let twice = names.filter { !seen.insert($0).inserted }
        return twice.isEmpty
            ? nil
            : ConfigurationProblem(
                "\(setting) names \(twice.quoted) twice", remedy: "Leave out one of them.")
    }
}

extension [String] {
    /// `"a", "b"`
    fileprivate var quoted: String { map { "\"\($0)\"" }.joined(separator: ", ") }
}

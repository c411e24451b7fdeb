// SPDX-License-Identifier: Apache-2.0
// A TLS block with its files read: what a context is made of, and all that is wrong with it.

import COpenSSL

/// Goes on where one step fails, so that every problem is told at once. Where `findings` has
/// problems, the rest is good for nothing.
struct TLSParts {
    let role: TLSRole
    let shared: TLSSettings
    var findings = TLSMaterial.Findings()
    /// SSL_CTXs. The first is for everybody; the others hold certificates chosen by name. Empty
    /// where OpenSSL made none.
    var contexts: [Owned] = []
    /// Which of them, by the name that a client asks for.
    var names = CertificateNames()
    /// In the order of the settings.
    var own: [OwnCertificate] = []
    var protocols = ApplicationProtocols.none
    var trust = PeerTrust.nobody
    /// Of our certificates, keys and passphrases.
    private var digests: [[UInt8]] = []

    /// Another one as soon as a file has other contents.
    var fingerprint: [UInt8] { SHA256.digest(Array((digests + trust.digests).joined())) }

    init(_ settings: ServerTLSSettings) {
        role = .server
        shared = settings.shared
        takeShared()
        take(settings.identities)
        takeTrust(settings)
        findings.warnings += trust.warnings
    }

    init(_ settings: ClientTLSSettings) {
        role = .client
        shared = settings.shared
        takeShared()
        if let identity = settings.identity { take([identity]) }
        takeTrust(settings)
        findings.warnings += trust.warnings
    }

    private mutating func takeShared() {
        if let context = TLSContext.bare(shared, &findings) { contexts = [context] }
        do {
            protocols = try ApplicationProtocols(shared.alpn)
        } catch {
            findings.note(error, at: "alpn")
        }
    }

    private mutating func take(_ identities: [Identity]) {
        for (index, identity) in identities.enumerated() {
            let place = identities.count > 1 ? "certificates[\(index)]." : ""
            guard let loaded = LoadedIdentity(identity, role, at: place, &findings) else {
                continue
            }
            own.append(loaded.own)
            digests += loaded.digests
            let chosen = names.add(loaded.own.askedFor, keyKind: loaded.keyKind)
            if chosen.context == contexts.count { addContext() }
            if let warning = warning(about: loaded.own, chosen) {
                findings.warnings.append(warning)
            }
            guard contexts.indices.contains(chosen.context) else { continue }
            do {
                try loaded.install(into: contexts[chosen.context].raw)
            } catch {
                findings.note(error, at: "certificate", within: place)
            }
        }
    }

    /// Set up as the first one is; what is wrong with that was told with the first one.
    private mutating func addContext() {
        var told = TLSMaterial.Findings()
        if let context = TLSContext.bare(shared, &told) { contexts.append(context) }
    }

    private func warning(about own: OwnCertificate, _ chosen: CertificateNames.Choice) -> String? {
        if !chosen.shadowed.isEmpty {
            let names = chosen.shadowed.prefix(3).joined(separator: ", ")
            let more = chosen.shadowed.count - 3
            return "the certificate \"\(own.file)\" is for \(names)"
                + (more > 0 ? " and \(more) more" : "")
                + ", as one named before it is: clients who ask for that get the earlier one"
        }
        return chosen.isUnreachable
            ? "the certificate \"\(own.file)\" has no DNS name, and only the first one is shown "
                + "without being asked for: no client will see it" : nil
    }
}

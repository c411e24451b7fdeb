// SPDX-License-Identifier: Apache-2.0
// What a certificate says, as text: whose it is, who says so, from when to when, and its names.

import COpenSSL

/// A look at an X509 that somebody else owns: made where it is needed and never stored.
struct Certificate {
    let raw: OpaquePointer

    init(_ raw: OpaquePointer) {
        self.raw = raw
    }

    var subject: String { DistinguishedName.text(X509_get_subject_name(raw)) }
    var issuer: String { DistinguishedName.text(X509_get_issuer_name(raw)) }
    var notBefore: Moment? { Moment(X509_get0_notBefore(raw)) }
    var notAfter: Moment? { Moment(X509_get0_notAfter(raw)) }

    /// Signed with its own key: a root, or nobody's certificate.
    var isSelfSigned: Bool { X509_get_extension_flags(raw) & UInt32(EXFLAG_SS) != 0 }

    var hasAlternativeNames: Bool { X509_get_ext_by_NID(raw, NID_subject_alt_name, -1) >= 0 }

    /// `use`: XKU_SSL_SERVER or XKU_SSL_CLIENT. Without extended key usage it is for everything.
    func isFor(_ use: Int32) -> Bool {
        X509_get_extended_key_usage(raw) & UInt32(use | XKU_ANYEKU) != 0
    }

    /// Of its public key.
    var pin: KeyPin? {
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(raw), &bytes)
        guard count > 0, let bytes else { return nil }
        defer { CRYPTO_free(bytes, #file, #line) }
        return KeyPin(
            digest: SHA256.digest(Array(UnsafeBufferPointer(start: bytes, count: Int(count)))))
    }

    /// With the key where the policy looks at it: a digest more in each handshake.
    func names(for policy: IdentityPolicy?) -> PresentedNames {
        var all = names
        if policy?.looksAtKey == true { all.pin = pin }
        return all
    }

    var names: PresentedNames {
        var dns: [String] = []
        var uri: [String] = []
        var ip: [String] = []
        forEachAlternativeName { kind, bytes in
            switch kind {
            case GEN_DNS: if let name = Self.dnsName(bytes) { dns.append(name) }
            case GEN_URI: if let name = Self.uriName(bytes) { uri.append(name) }
            case GEN_IPADD: if let name = IPLiteral.text(of: bytes) { ip.append(name) }
            default: break
            }
        }
        return PresentedNames(
            commonName: commonName, dns: dns, uri: uri, ip: ip, units: organizationalUnits)
    }

    private func forEachAlternativeName(_ body: (Int32, [UInt8]) -> Void) {
        guard let list = X509_get_ext_d2i(raw, NID_subject_alt_name, nil, nil) else { return }
        let names = OpaquePointer(list)
        defer { GENERAL_NAMES_free(names) }
        for index in 0..<max(OPENSSL_sk_num(names), 0) {
            guard let item = OPENSSL_sk_value(names, index) else { continue }
            var kind: Int32 = 0
            // The stack holds GENERAL_NAME and nothing else; it lives until the free above.
            let name = item.assumingMemoryBound(to: GENERAL_NAME.self)
            guard let value = GENERAL_NAME_get0_value(name, &kind),
                kind == GEN_DNS || kind == GEN_URI || kind == GEN_IPADD
            else { continue }
            // These three kinds are ASN1_STRINGs (RFC 5280 §4.2.1.6: IA5String, OCTET STRING).
            body(kind, Self.bytes(value.assumingMemoryBound(to: ASN1_STRING.self)))
        }
    }

    /// One name only: with two, what reads the first and what reads the last disagree.
    private var commonName: String? {
        guard let subject = X509_get_subject_name(raw) else { return nil }
        let first = X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard first >= 0, X509_NAME_get_index_by_NID(subject, NID_commonName, first) < 0,
            let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, first))
        else { return nil }
        return Self.text(value)
    }

    /// Every OU, first to last.
    private var organizationalUnits: [String] {
        guard let subject = X509_get_subject_name(raw) else { return [] }
        var units: [String] = []
        var at: Int32 = -1
        while true {
            at = X509_NAME_get_index_by_NID(subject, NID_organizationalUnitName, at)
            guard at >= 0 else { return units }
            let value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at))
            if let unit = value.flatMap(Self.text) { units.append(unit) }
        }
    }

    /// nil where there are control characters in it.
    private static func text(_ value: UnsafeMutablePointer<ASN1_STRING>) -> String? {
        var out: UnsafeMutablePointer<UInt8>?
        let count = ASN1_STRING_to_UTF8(&out, value)
        guard count > 0, let out else { return nil }
        defer { CRYPTO_free(out, #file, #line) }
        let bytes = Array(UnsafeBufferPointer(start: out, count: Int(count)))
        return bytes.contains { $0 < 0x20 || $0 == 0x7f }
            ? nil : String(validating: bytes, as: UTF8.self)
    }

    private static func bytes(_ value: UnsafePointer<ASN1_STRING>) -> [UInt8] {
        Array(
            UnsafeBufferPointer(
                start: ASN1_STRING_get0_data(value), count: Int(max(ASN1_STRING_length(value), 0))))
    }

    /// A NUL in the middle, a space or a byte beyond ASCII: such a name is nobody's.
    private static func dnsName(_ bytes: [UInt8]) -> String? {
        let usable =
            !bytes.isEmpty
            && bytes.allSatisfy {
                DNSName.allowsByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "*")
            }
        return usable ? String(decoding: bytes, as: UTF8.self) : nil
    }

    /// Visible ASCII, which is all a URI has (RFC 3986 §2).
    private static func uriName(_ bytes: [UInt8]) -> String? {
        let usable = !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7e).contains($0) }
        return usable ? String(decoding: bytes, as: UTF8.self) : nil
    }
}

enum DistinguishedName {
    /// Longer ones exist only to fill logs.
    private static let bytesShownMax = 256

    /// `CN=db-1,O=Corp`, most specific first, control characters escaped (RFC 2253), UTF-8 left
    /// readable.
    static func text(_ name: OpaquePointer?) -> String {
        guard let name, let bio = BIO_new(BIO_s_mem()) else { return "?" }
        defer { BIO_free(bio) }
        guard X509_NAME_print_ex(bio, name, 0, ATTACHE_NAME_FLAGS) >= 0 else { return "?" }
        var bytes = [UInt8](repeating: 0, count: bytesShownMax)
        let count = Int(max(BIO_read(bio, &bytes, Int32(bytes.count)), 0))
        let more = BIO_ctrl(bio, BIO_CTRL_PENDING, 0, nil) > 0
        if count == 0 { return "(no name)" }
        return String(decoding: bytes[..<count], as: UTF8.self) + (more ? "…" : "")
    }
}

// SPDX-License-Identifier: Apache-2.0
// A certification authority in memory: makes certificates good and bad, and their files.

import COpenSSL
import Glibc

@testable import AttacheCore

/// A certificate with its key. `issuers`: intermediates that go into its file.
final class TestIdentity: @unchecked Sendable {
    let certificate: OpaquePointer
    let key: OpaquePointer
    var issuers: [TestIdentity] = []

    init(_ certificate: OpaquePointer, _ key: OpaquePointer) {
        self.certificate = certificate
        self.key = key
    }

    deinit {
        X509_free(certificate)
        EVP_PKEY_free(key)
    }

    var pem: String { text { PEM_write_bio_X509($0, certificate) } }
    var keyPEM: String {
        text { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
    }

    func encryptedKeyPEM(_ word: String) -> String {
        text {
            PEM_write_bio_PKCS8PrivateKey(
                $0, key, EVP_aes_128_cbc(), word, Int32(word.utf8.count), nil, nil)
        }
    }

    /// As OpenSSL wrote them before PKCS #8: `Proc-Type: 4,ENCRYPTED`.
    func oldEncryptedKeyPEM(_ word: String) -> String {
        text {
            PEM_write_bio_PrivateKey_traditional(
                $0, key, EVP_aes_128_cbc(), word, Int32(word.utf8.count), nil, nil)
        }
    }

    /// Leaf, intermediates and key as files.
    func files(_ scratch: Scratch, _ name: String) -> Identity {
        Identity(
            certificate: scratch.write(
                name + ".pem", ([self] + issuers).map(\.pem).joined()),
            key: scratch.write(name + ".key", keyPEM))
    }
}

func text(_ write: (OpaquePointer?) -> Int32) -> String {
    let bio = BIO_new(BIO_s_mem())
    defer { BIO_free(bio) }
    precondition(write(bio) == 1, "OpenSSL cannot write PEM")
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = BIO_read(bio, &bytes, Int32(bytes.count))
    return String(decoding: bytes[..<Int(count)], as: UTF8.self)
}

func makeKey(isRSA: Bool = false) -> OpaquePointer {
    let context = EVP_PKEY_CTX_new_id(isRSA ? EVP_PKEY_RSA : EVP_PKEY_EC, nil)
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    EVP_PKEY_keygen_init(context)
    // RSA has 2048 bits by itself.
    if !isRSA { EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) }
    EVP_PKEY_keygen(context, &key)
    guard let key else { preconditionFailure("OpenSSL makes no key") }
    return key
}

/// What is asked for; everything has a good default.
struct Request {
    var commonName: String? = "server"
    var units: [String] = []
    var isRSA = false
    /// As in openssl.cnf: `DNS:a,URI:b,IP:c`; nil: no subject alternative name.
    var names: String? = "DNS:localhost"
    /// Extended key usage.
    var usage: String? = "serverAuth"
    var isAuthority = false
    /// Seconds from now. Tests leave an hour between these and what they expect: machines stall.
    var from = -86_400 * 10
    var until = 86_400 * 30
}

/// Signs with its own certificate.
final class TestAuthority: @unchecked Sendable {
    let identity: TestIdentity
    private var serial = 1

    init(_ name: String, until: Int = 86_400 * 365) {
        var request = Request(commonName: name, names: nil, usage: nil, isAuthority: true)
        request.until = until
        identity = Self.sign(request, by: nil, serial: 1)
    }

    private init(_ identity: TestIdentity) {
        self.identity = identity
    }

    var pem: String { identity.pem }

    func issue(_ request: Request = Request()) -> TestIdentity {
        serial += 1
        return Self.sign(request, by: identity, serial: serial)
    }

    func intermediate(_ name: String) -> TestAuthority {
        TestAuthority(issue(Request(commonName: name, names: nil, usage: nil, isAuthority: true)))
    }

    static func selfSigned(_ request: Request) -> TestIdentity {
        sign(request, by: nil, serial: 1)
    }

    private static func sign(
        _ request: Request, by issuer: TestIdentity?, serial: Int
    ) -> TestIdentity {
        let key = makeKey(isRSA: request.isRSA)
        guard let certificate = X509_new() else { preconditionFailure("out of memory") }
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial)
        let now = time(nil)
        ASN1_TIME_set(X509_getm_notBefore(certificate), now + request.from)
        ASN1_TIME_set(X509_getm_notAfter(certificate), now + request.until)
        if let name = request.commonName {
            X509_NAME_add_entry_by_txt(
                X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, name,
                Int32(name.utf8.count), -1, 0)
        }
        for unit in request.units {
            X509_NAME_add_entry_by_txt(
                X509_get_subject_name(certificate), "OU", MBSTRING_UTF8, unit,
                Int32(unit.utf8.count), -1, 0)
        }
        X509_set_issuer_name(
            certificate, X509_get_subject_name(issuer?.certificate ?? certificate))
        X509_set_pubkey(certificate, key)
        add(
            NID_basic_constraints, "critical,CA:\(request.isAuthority ? "TRUE" : "FALSE")",
            to: certificate)
        add(
            NID_key_usage,
            request.isAuthority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature",
            to: certificate)
        if let names = request.names {
            add(NID_subject_alt_name, names, to: certificate)
        }
        if let usage = request.usage { add(NID_ext_key_usage, usage, to: certificate) }
        X509_sign(certificate, issuer?.key ?? key, EVP_sha256())
        return TestIdentity(certificate, key)
    }

    private static func add(_ nid: Int32, _ value: String, to certificate: OpaquePointer) {
        let one = X509V3_EXT_conf_nid(nil, nil, nid, value)
        precondition(one != nil, "OpenSSL does not take \(value)")
        X509_add_ext(certificate, one, -1)
        X509_EXTENSION_free(one)
    }

    /// A revocation list of ours as PEM.
    func list(revoking revoked: [TestIdentity], until: Int = 86_400) -> String {
        let list = X509_CRL_new()
        defer { X509_CRL_free(list) }
        X509_CRL_set_version(list, 1)
        X509_CRL_set_issuer_name(list, X509_get_subject_name(identity.certificate))
        let stamp = ASN1_TIME_new()
        defer { ASN1_TIME_free(stamp) }
        ASN1_TIME_set(stamp, time(nil) - 86_400)
        X509_CRL_set1_lastUpdate(list, stamp)
        for one in revoked {
            let entry = X509_REVOKED_new()
            X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(one.certificate))
            X509_REVOKED_set_revocationDate(entry, stamp)
            X509_CRL_add0_revoked(list, entry)
        }
        ASN1_TIME_set(stamp, time(nil) + until)
        X509_CRL_set1_nextUpdate(list, stamp)
        X509_CRL_sort(list)
        X509_CRL_sign(list, identity.key, EVP_sha256())
        return text { PEM_write_bio_X509_CRL($0, list) }
    }
}

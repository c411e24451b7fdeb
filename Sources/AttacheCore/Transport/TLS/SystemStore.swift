// SPDX-License-Identifier: Apache-2.0
// The authorities that the machine trusts, where no CA file is named.

import COpenSSL
import Glibc

extension PeerTrust {
    /// OpenSSL's own places, or those that SSL_CERT_FILE and SSL_CERT_DIR name. The directory is
    /// searched while verifying; the file is read now.
    mutating func loadSystemStore(into context: OpaquePointer) {
        let loaded = SSL_CTX_set_default_verify_paths(context) == 1
        let file = Self.place(
            X509_get_default_cert_file_env(), otherwise: X509_get_default_cert_file())
        let directory = Self.place(
            X509_get_default_cert_dir_env(), otherwise: X509_get_default_cert_dir())
        ERR_clear_error()
        digests += [file.fingerprint, directory.fingerprint]
        authorities = "the system's CA store (\(file.path), \(directory.path))"
        // A path that somebody set and nobody can read would go unnoticed: OpenSSL ignores it.
        for place in [file, directory] where place.isSet && access(place.path, R_OK) != 0 {
            warnings.append(
                "\(place.variable)=\"\(place.path)\" cannot be read, so it adds no authority")
        }
        let objects = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context))
        if !loaded || (OPENSSL_sk_num(objects) <= 0 && access(directory.path, R_OK | X_OK) != 0) {
            warnings.append(
                "\(authorities) holds no authority: every upstream will be refused; "
                    + "install ca-certificates, or name a CA file")
        }
    }

    private struct Place {
        let variable: String
        let path: String
        let isSet: Bool

        /// Of what the file holds; of a directory when it last changed, which is when a
        /// certificate came or went.
        var fingerprint: [UInt8] {
            if let file = try? SmallFile(reading: path, bytesMax: Limits.pemBytesMax) {
                return SHA256.digest(file.bytes)
            }
            return SHA256.digest(Array("\(path) \(SmallFile.Facts.changed(path))".utf8))
        }
    }

    private static func place(
        _ variable: UnsafePointer<CChar>?, otherwise path: UnsafePointer<CChar>?
    ) -> Place {
        let name = variable.map { String(cString: $0) } ?? ""
        if let set = getenv(name) {
            return Place(variable: name, path: String(cString: set), isSet: true)
        }
        return Place(
            variable: name, path: path.map { String(cString: $0) } ?? "", isSet: false)
    }
}

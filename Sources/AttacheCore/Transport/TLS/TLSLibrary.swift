// SPDX-License-Identifier: Apache-2.0
// Which OpenSSL is really loaded.

import COpenSSL

public enum TLSLibrary {
    /// `OpenSSL 3.0.17 1 Jul 2025`
    public static var version: String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}

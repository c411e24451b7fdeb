// SPDX-License-Identifier: Apache-2.0
// Which OpenSSL this process runs with.

import COpenSSL

public enum OpenSSLLibrary {
    /// `OpenSSL 3.0.17 1 Jul 2025`: of the library that was loaded, not of the headers.
    public static var version: String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}

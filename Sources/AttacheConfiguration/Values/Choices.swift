// SPDX-License-Identifier: Apache-2.0
// Settings that take one of a few words, where the words are not the settings' own.

import AttacheCore

package enum VersionChoice: String, Sendable, CaseIterable {
    case tls12 = "1.2"
    case tls13 = "1.3"

    package init(_ version: TLSVersion) {
        self = version == .tls12 ? .tls12 : .tls13
    }

    package var version: TLSVersion {
        switch self {
        case .tls12: .tls12
        case .tls13: .tls13
        }
    }
}

package enum VerifyChoice: String, Sendable, CaseIterable {
    case hostName = "host-name"
    case noneInsecure = "none-insecure"
}

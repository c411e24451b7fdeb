// SPDX-License-Identifier: Apache-2.0
// Flags that take one of a few words; the parser lists the words in help and in errors.

import ArgumentParser
import AttacheCore

enum LogFormatChoice: String, CaseIterable, ExpressibleByArgument {
    case auto, text, json

    var format: LogFormat {
        switch self {
        case .auto: .auto
        case .text: .text
        case .json: .json
        }
    }
}

enum VersionChoice: String, CaseIterable, ExpressibleByArgument {
    case tls12 = "1.2"
    case tls13 = "1.3"

    init(_ version: TLSVersion) {
        self = version == .tls12 ? .tls12 : .tls13
    }

    var version: TLSVersion {
        switch self {
        case .tls12: .tls12
        case .tls13: .tls13
        }
    }
}

enum VerifyChoice: String, CaseIterable, ExpressibleByArgument {
    case hostName = "host-name"
    case noneInsecure = "none-insecure"
}

enum ClientCertificateChoice: String, CaseIterable, ExpressibleByArgument {
    case required, optional, off
}

extension UncleanEnd: ExpressibleByArgument {}

// SPDX-License-Identifier: Apache-2.0
// Flags that take one of a few words; the parser lists the words in help and in errors.

import ArgumentParser
import AttacheConfiguration
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

enum ClientCertificateChoice: String, CaseIterable, ExpressibleByArgument {
    case required, optional, off
}

extension VersionChoice: ExpressibleByArgument {}
extension VerifyChoice: ExpressibleByArgument {}
extension UncleanEnd: ExpressibleByArgument {}
extension LocalService: ExpressibleByArgument {}

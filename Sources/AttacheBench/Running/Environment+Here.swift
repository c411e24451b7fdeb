// SPDX-License-Identifier: Apache-2.0
// What machine this is, for whoever reads the figures later.

import AttacheCore

extension Environment {
    /// - Parameter program: name and version of this program.
    public static func here(program: String) -> Environment {
        Environment(
            program: program, tlsLibrary: OpenSSLLibrary.version, kernel: Platform.kernel,
            cpu: Platform.processor, processors: Attache.processors, governor: Platform.governor)
    }
}

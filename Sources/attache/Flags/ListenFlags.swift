// SPDX-License-Identifier: Apache-2.0
// Where clients come in.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

struct ListenFlags: ParsableArguments {
    @Option(
        help: .init(
            "Where clients come in, also systemd:NAME.",
            valueName: "address"),
        transform: Texts.bind)
    var listen: Bind?

    @Option(
        help: .init(
            "Permissions of a Unix socket. (default: \(Mode.text(Defaults.listener.mode)))",
            valueName: "octal"),
        transform: Mode.parse)
    var mode: Mode?

    @Flag(help: "Listening on [::] serves IPv4 too.")
    var dualStack = false
}

/// For the commands whose listener may be plaintext.
struct PlaintextListenerFlags: ParsableArguments {
    @Flag(help: "Plaintext beyond loopback: open to all who reach it.")
    var insecurePlaintextListener = false
}

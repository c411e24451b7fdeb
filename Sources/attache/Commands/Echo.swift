// SPDX-License-Identifier: Apache-2.0
// attache echo: a service that sends everything back, to try the others with.

import ArgumentParser
import AttacheCore

struct Echo: ServiceCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send every byte back: something to try connect and terminate with.",
        usage: "attache echo --listen <address> [<options>]",
        discussion: """
            A mutual-TLS service to try connect with:

              attache echo --listen 127.0.0.1:7443 --cert server.pem --key server.key \\
                --client-ca clients-ca.pem --allow any-verified

            Without --certificate it speaks plaintext.
            Addresses: host:port, [v6]:port, unix:/path. Times: 250ms, 5s, 1m30s, 1h.
            """)

    static let needs =
        "echo needs --listen, as in attache echo --listen 127.0.0.1:7000"

    @OptionGroup(title: "Addresses") var listen: ListenFlags
    @OptionGroup(title: "Addresses") var sources: SourceFlags
    @OptionGroup(title: "Addresses") var plaintext: PlaintextListenerFlags
    @OptionGroup(title: "TLS with clients") var identity: IdentityFlags<Clients>
    @OptionGroup(title: "TLS with clients") var admission: AdmissionFlags
    @OptionGroup(title: "TLS with clients") var spoken: SpokenTLSFlags<Clients>
    @OptionGroup(title: "Time limits") var session: SessionFlags
    @OptionGroup(title: "Process") var process: ProcessFlags
    @OptionGroup(title: "Process") var operators: OperatorFlags

    var service: LocalService { .echo }
    var access: LogSettings.Destination { Defaults.process.log.access }
}

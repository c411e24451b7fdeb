// SPDX-License-Identifier: Apache-2.0
// attache bench serve: the other end of the load, in plaintext and TLS.

import ArgumentParser
import AttacheCore

struct BenchServe: ServiceCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve load: answers, an echo, a sink or a source.",
        usage: "attache bench serve --listen <address> [--as <service>] [<options>]",
        discussion: """
            The peer of the other bench commands:

              attache bench serve --listen 127.0.0.1:7000

            answer   gives each request as many bytes as it asks for; what asks for
                     nothing comes back, so any other client has an echo
            echo     sends every byte back
            discard  takes everything and gives nothing
            source   gives bytes until the client goes away

            Session lines are off unless --log-access says where they go.
            Without --certificate it speaks plaintext.
            Addresses: host:port, [v6]:port, unix:/path. Times: 250ms, 5s, 1m30s, 1h.
            """)

    static let needs =
        "bench serve needs --listen, as in attache bench serve --listen 127.0.0.1:7000"

    @OptionGroup(title: "Addresses") var listen: ListenFlags
    @OptionGroup(title: "Addresses") var sources: SourceFlags
    @OptionGroup(title: "Addresses") var plaintext: PlaintextListenerFlags
    @OptionGroup(title: "Addresses") var role: ServiceRoleFlags
    @OptionGroup(title: "TLS with clients") var identity: IdentityFlags<Clients>
    @OptionGroup(title: "TLS with clients") var admission: AdmissionFlags
    @OptionGroup(title: "TLS with clients") var spoken: SpokenTLSFlags<Clients>
    @OptionGroup(title: "Time limits") var session: SessionFlags
    @OptionGroup(title: "Process") var process: ProcessFlags
    @OptionGroup(title: "Process") var operators: OperatorFlags

    var service: LocalService { role.service }
    var resumes: Bool { !role.noResume }
    /// A line for each connection of a load would be a load of its own.
    var access: LogSettings.Destination { .none }
}

struct ServiceRoleFlags: ParsableArguments {
    @Option(
        name: .customLong("as"), help: .init("What clients find.", valueName: "service"))
    var service = LocalService.answer

    @Flag(name: .customLong("no-resume"), help: "Every TLS handshake is a full one.")
    var noResume = false
}

// SPDX-License-Identifier: Apache-2.0
// What the commands have in common that serve clients by themselves, without an upstream.

import AttacheConfiguration
import AttacheCore

protocol ServiceCommand: TunnelCommand {
    static var needs: String { get }
    var listen: ListenFlags { get }
    var sources: SourceFlags { get }
    var plaintext: PlaintextListenerFlags { get }
    var identity: IdentityFlags<Clients> { get }
    var admission: AdmissionFlags { get }
    var spoken: SpokenTLSFlags<Clients> { get }
    var session: SessionFlags { get }
    var process: ProcessFlags { get }

    var service: LocalService { get }
    /// TLS sessions are resumed.
    var resumes: Bool { get }
    /// Where session lines go unless `--log-access` says so.
    var access: LogSettings.Destination { get }
}

extension ServiceCommand {
    var resumes: Bool { true }

    func plan() throws(Problem) -> Plan {
        var upstream = UpstreamSettings(name: service.rawValue, destination: .local(service))
        session.apply(to: &upstream)

        var listener = try listen.listener(missing: Self.needs, upstream: upstream.name)
        try sources.apply(to: &listener)
        listener.tls = try ClientTLS(admission: admission, identity: identity, spoken: spoken)
            .settings()
        listener.tls?.resumes = resumes
        listener.handshakeTimeout = admission.handshake ?? listener.handshakeTimeout
        listener.insecurePlaintext = plaintext.insecurePlaintextListener
        try Exposure.refusePlaintext(listener)
        var plan = Plan(listener, [upstream], process)
        plan.settings.log.access = process.logAccess ?? access
        return plan
    }
}

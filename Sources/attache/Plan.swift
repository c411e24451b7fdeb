// SPDX-License-Identifier: Apache-2.0
// Flags become settings: read top to bottom, the commands first, then what they share.

import AttacheConfiguration
import AttacheCore

/// What a command line asks for.
struct Plan: Sendable {
    var settings: Settings
    /// Asked for and done, but worth a second thought.
    var warnings: [String] = []

    init(
        _ listener: ListenerSettings, _ upstreams: [UpstreamSettings], _ process: ProcessFlags
    ) {
        settings = Settings(
            listeners: [listener], upstreams: upstreams, workers: (process.workers ?? .auto).number)
        settings.log.format = process.logFormat.format
        for choice in process.logLevel { choice.apply(to: &settings.log) }
        settings.log.access = process.logAccess ?? settings.log.access
        settings.log.events = process.logEvents ?? settings.log.events
        if let drain = process.drain { settings.drain = drain }
        if let sessions = process.sessions { settings.listeners[0].sessions = sessions }
    }
}

extension Connect {
    func plan() throws(Problem) -> Plan {
        var upstream = try endpoints.upstream(missing: Self.needs)
        var warnings: [String] = []
        upstream.tunnel = try tunnel.settings()
        if plain {
            guard tls.given.isEmpty else {
                throw .tlsWithoutTLS(tls.given, because: "--plain says no TLS")
            }
            guard upstream.tunnel == nil else {
                throw Problem(
                    "--tunnel goes through TLS, but --plain says no TLS; leave out one of them")
            }
        } else {
            upstream.tls = try tls.settings(towards: endpoints.said)
            upstream.handshakeTimeout = trust.handshake ?? upstream.handshakeTimeout
            warnings += tls.warnings
        }
        if let told = upstream.tunnel {
            try spoken.refuse(beside: "--tunnel", told.protocol)
            upstream.fitTLSToTunnel()
            warnings += tunnel.warnings(told, showing: upstream.tls?.identity)
        }
        upstream.connectTimeout = connectTime.connect ?? upstream.connectTimeout
        session.apply(to: &upstream)

        var listener = try listen.listener(missing: Self.needs, upstream: upstream.name)
        try sources.apply(to: &listener)
        listener.insecurePlaintext = plaintext.insecurePlaintextListener
        try Exposure.refusePlaintext(listener)
        try OwnListener.refuse(listener, as: endpoints.said)
        var plan = Plan(listener, [upstream], process)
        plan.warnings = warnings
        return plan
    }
}

extension Terminate {
    func plan() throws(Problem) -> Plan {
        let accepted = try accept.settings(insteadOf: endpoints.to)
        let said = accepted == nil ? endpoints.said : accept.said
        var (upstreams, warnings) = try upstreams(accepted, said)

        var listener = try listen.listener(
            missing: Self.needs, upstream: accepted == nil ? upstreams[0].name : "")
        try sources.apply(to: &listener)
        guard let serverTLS = try clientTLS.settings() else {
            throw Problem(
                "terminate speaks TLS with clients and has no certificate to show; "
                    + "add --certificate FILE --key FILE")
        }
        listener.tls = serverTLS
        listener.handshakeTimeout = admission.handshake ?? listener.handshakeTimeout
        if let accepted {
            try spoken.refuse(beside: "--accept", accepted.protocol)
            try accepted.refuseStrangers(serverTLS)
            listener.accept = accepted
            listener.fitTLSToAccept()
            warnings += carrier.warnings(accepted.carrier)
        }
        try OwnListener.refuse(listener, as: said)
        var plan = Plan(listener, upstreams, process)
        plan.warnings = warnings
        return plan
    }

    /// With what is to be said about them. At least one.
    private func upstreams(
        _ accepted: AcceptSettings?, _ said: [SaidAddress]
    ) throws(Problem) -> ([UpstreamSettings], warnings: [String]) {
        var upstreams =
            accepted == nil ? [try endpoints.upstream(missing: Self.needs)] : accept.upstreams
        var tls: ClientTLSSettings?
        if toTls {
            tls = try upstreamTLS.settings(towards: said)
        } else if !upstreamTLS.given.isEmpty {
            throw .tlsWithoutTLS(upstreamTLS.given, because: "--to-tls is missing")
        }
        for index in upstreams.indices {
            upstreams[index].tls = tls
            upstreams[index].handshakeTimeout = trust.handshake ?? upstreams[index].handshakeTimeout
            upstreams[index].connectTimeout = connectTime.connect ?? upstreams[index].connectTimeout
            session.apply(to: &upstreams[index])
        }
        let far = Exposure.unencrypted(said.map(\.address))
        return (upstreams, toTls ? upstreamTLS.warnings : far)
    }
}

// MARK: what they share

extension ListenFlags {
    /// `upstream`: its name; empty where the listener accepts tunnels.
    func listener(missing: String, upstream: String) throws(Problem) -> ListenerSettings {
        guard let listen else { throw Problem(missing) }
        var listener = ListenerSettings(
            name: listen.description, bind: listen, upstream: upstream)
        if case .systemd = listen, mode != nil || dualStack {
            throw Problem(
                "--mode and --dual-stack are for sockets that attache makes, and systemd makes "
                    + "\(listen); write SocketMode= or BindIPv6Only= in the socket unit")
        }
        if let mode {
            guard case .address(.unix) = listen else {
                throw Problem("--mode is for a Unix socket and \(listen) is none; leave it out")
            }
            listener.mode = mode.bits
        }
        if dualStack, listen.address?.host != "::" {
            throw Problem(
                "--dual-stack serves IPv4 on the listener [::] and \(listen) is another; "
                    + "listen on [::], or leave it out")
        }
        listener.dualStack = dualStack
        return listener
    }
}

extension EndpointFlags {
    func upstream(missing: String) throws(Problem) -> UpstreamSettings {
        guard !to.isEmpty else { throw Problem(missing) }
        if let nowhere = to.first(where: { $0.port == 0 }) {
            throw Problem("--to \(nowhere): nobody can be reached at port 0; write the real port")
        }
        return UpstreamSettings(
            name: to.map(\.description).joined(separator: ","), destination: .endpoints(to))
    }

    var said: [SaidAddress] { to.map { ($0, "--to \($0)") } }
}

extension SessionFlags {
    func apply(to upstream: inout UpstreamSettings) {
        if let idle { upstream.idleTimeout = idle.duration }
        if let halfClose { upstream.halfCloseTimeout = halfClose.duration }
        if let lifetime { upstream.lifetime = lifetime.duration }
        if let deadPeer { upstream.deadPeer = deadPeer }
        if let abortLinger { upstream.abortLinger = abortLinger }
    }
}

// SPDX-License-Identifier: Apache-2.0
// A tunnel towards an upstream, from flags to settings, and what both ends of tunnels share.

import AttacheConfiguration
import AttacheCore

/// The flags of a tunnel towards an upstream.
struct Tunnel {
    let flags: TunnelFlags
    let carrier: CarrierFlags

    /// nil: nothing was said of one.
    func settings() throws(Problem) -> TunnelSettings? {
        guard let word = flags.tunnel else {
            try (flags.given + carrier.given).refuse(without: "--tunnel")
            return nil
        }
        guard let authority = flags.authority else {
            throw Problem(
                "--tunnel \(word.rawValue) needs to know what the far end connects to; "
                    + "add --authority HOST:PORT, as in --authority orders.internal:5432")
        }
        var tunnel = TunnelSettings(word, authority: authority)
        tunnel.headers = try headers()
        tunnel.carrier = try carrier.settings()
        tunnel.carriers = flags.carriers ?? tunnel.carriers
        if let idle = flags.carrierIdle { tunnel.idle = idle.duration }
        return tunnel
    }

    /// `identity`: what the far end is shown.
    func warnings(_ tunnel: TunnelSettings, showing identity: Identity?) -> [String] {
        let nameless = tunnel.protocol == .hbone && identity == nil
        return carrier.warnings(tunnel.carrier)
            + (nameless
                ? [
                    "--tunnel hbone: the far end knows its clients by their certificates, and "
                        + "there is none to show; --certificate FILE --key FILE adds one"
                ] : [])
    }

    private func headers() throws(Problem) -> [TunnelSettings.Header] {
        var seen: Set<String> = []
        if let twice = flags.header.first(where: { !seen.insert($0.name).inserted }) {
            throw Problem("--header \(twice.name) is said twice; leave out one of them")
        }
        if let problem = Tunnels.complaint(about: flags.header) {
            throw Problem("all --header together \(problem.message)")
        }
        return flags.header
    }
}

extension CarrierFlags {
    func settings() throws(Problem) -> CarrierSettings {
        var carrier = CarrierSettings()
        carrier.streams = streams ?? carrier.streams
        carrier.streamWindow = streamWindow ?? carrier.streamWindow
        carrier.connectionWindow = connectionWindow ?? carrier.connectionWindow
        carrier.memory = carrierMemory ?? carrier.memory
        carrier.keepalive = keepalive ?? carrier.keepalive
        carrier.keepaliveTimeout = keepaliveTimeout ?? carrier.keepaliveTimeout
        if let key = carrier.belowStreamWindow.first {
            let window = Sizes.short(carrier.streamWindow)
            throw Problem(
                "\(key == "memory" ? "--carrier-memory" : "--\(key)") is less than "
                    + "--stream-window (\(window)), and one stream must fit; "
                    + "write at least \(window), or a smaller --stream-window")
        }
        return carrier
    }

    /// Fewer streams than were asked for.
    func warnings(_ carrier: CarrierSettings) -> [String] {
        guard streams != nil, carrier.streams > carrier.streamsMax else { return [] }
        return [
            "--carrier-memory (\(Sizes.short(carrier.memory))) holds \(carrier.streamsMax) streams "
                + "of \(Sizes.short(carrier.streamWindow)) each, so that there will be no more; "
                + "more memory or a smaller --stream-window changes that"
        ]
    }
}

extension SpokenTLSFlags {
    /// What was said of TLS, where `flag` (`--tunnel hbone`) says it too.
    func refuse(beside flag: String, _ word: TunnelProtocol) throws(Problem) {
        if let alpn, alpn != ["h2"] {
            throw Problem(
                "\(Of.flag("alpn")) \(alpn.joined(separator: ",")) stands beside \(flag), which "
                    + "speaks h2 and nothing else; leave \(Of.flag("alpn")) out")
        }
        if word == .hbone, maxVersion == .tls12 {
            throw Problem(
                "\(Of.flag("max-version")) 1.2 leaves out TLS 1.3, which is what \(flag) "
                    + "\(word.rawValue) speaks; leave it out")
        }
    }
}

extension [String] {
    /// They are about what `flag` asks for, and nobody did.
    func refuse(without flag: String) throws(Problem) {
        if isEmpty { return }
        throw Problem(
            "\(listed) \(count == 1 ? "is" : "are") about HTTP/2 tunnels, but \(flag) is missing; "
                + "add \(flag) h2-connect, or leave \(count == 1 ? "it" : "them") out")
    }
}

// SPDX-License-Identifier: Apache-2.0
// What all workers share of a listener in one generation of settings; immutable.

/// A session keeps the one that it came in by until its end, whatever is reloaded meanwhile.
final class Entrance: Sendable {
    /// Where clients are led.
    enum Destination: Sendable {
        case upstream(Upstream)
        /// By what they ask for; in lower case.
        case authorities([String: Upstream])
    }
    let settings: ListenerSettings
    /// In session lines: as configured, or where it is bound.
    let name: String
    /// Where it is bound.
    let addresses: [String]
    /// Of the settings.
    let generation: Int
    /// nil: clients speak plaintext.
    let tls: TLSContext?
    let destination: Destination
    let tally: ListenerTally

    init(
        _ settings: ListenerSettings, name: String, addresses: [String], generation: Int,
        tls: TLSContext?, destination: Destination, tally: ListenerTally
    ) {
        self.settings = settings
        self.name = name
        self.addresses = addresses
        self.generation = generation
        self.tls = tls
        self.destination = destination
        self.tally = tally
    }

    /// What a stream may ask for; nil: not that.
    func upstream(for authority: String) -> Upstream? {
        guard case .authorities(let known) = destination else { return nil }
        return known[authority.lowercased()]
    }

    /// For people, and for what concerns no single one.
    var upstreamNames: String {
        if case .upstream(let upstream) = destination { return upstream.name }
        return settings.upstreams.joined(separator: ", ")
    }

    /// Clients that came in by the one have the rights of the other.
    func isSame(as other: Entrance) -> Bool {
        guard settings == other.settings, tls === other.tls else { return false }
        switch (destination, other.destination) {
        case (.upstream(let one), .upstream(let another)): return one === another
        case (.authorities(let some), .authorities(let others)):
            return some.mapValues(ObjectIdentifier.init) == others.mapValues(ObjectIdentifier.init)
        default: return false
        }
    }
}

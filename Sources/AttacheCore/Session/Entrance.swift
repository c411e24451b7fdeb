// SPDX-License-Identifier: Apache-2.0
// What all workers share of a listener in one generation of settings; immutable.

/// A session keeps the one that it came in by until its end, whatever is reloaded meanwhile.
final class Entrance: Sendable {
    let settings: ListenerSettings
    /// In session lines: as configured, or where it is bound.
    let name: String
    /// Where it is bound.
    let addresses: [String]
    /// Of the settings.
    let generation: Int
    /// nil: clients speak plaintext.
    let tls: TLSContext?
    let upstream: Upstream
    let tally: ListenerTally

    init(
        _ settings: ListenerSettings, name: String, addresses: [String], generation: Int,
        tls: TLSContext?, upstream: Upstream, tally: ListenerTally
    ) {
        self.settings = settings
        self.name = name
        self.addresses = addresses
        self.generation = generation
        self.tls = tls
        self.upstream = upstream
        self.tally = tally
    }
}

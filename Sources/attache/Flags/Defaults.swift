// SPDX-License-Identifier: Apache-2.0
// The defaults that help shows: read from the settings, where each is written once.

import AttacheConfiguration
import AttacheCore

enum Defaults {
    static let upstream = UpstreamSettings(name: "", destination: .local(.echo))
    static let listener = ListenerSettings(name: "", bind: .address(.unix("")), upstream: "")
    static let process = Settings(listeners: [], upstreams: [], workers: 1)
    static let tls = TLSSettings()

    static let tunnel = TunnelSettings(.h2Connect, authority: "")
    static let carrier = CarrierSettings()

    /// `text (default: 256KiB)`
    static func said(_ text: String, bytes: Int) -> String {
        "\(text) (default: \(Sizes.short(bytes)))"
    }

    /// `text (default: 30s)`
    static func said(_ text: String, _ duration: Duration?) -> String {
        "\(text) (default: \(Durations.text(duration)))"
    }
}

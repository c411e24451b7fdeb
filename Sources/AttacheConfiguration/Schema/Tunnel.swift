// SPDX-License-Identifier: Apache-2.0
// A tunnel towards an upstream, as keys, and from keys to settings.

import AttacheCore

extension TunnelSettings {
    /// Before anything is said of it.
    static func unset() -> TunnelSettings { TunnelSettings(.h2Connect, authority: "") }

    static let fields: [Field<TunnelSettings>] =
        [
            Field(
                "protocol", .word, \.protocol, required: true, example: "h2-connect",
                "h2-connect: CONNECT of HTTP/2, as Envoy and other proxies take it. hbone: the "
                    + "same as service meshes speak it, TLS 1.3 alone, without SNI unless "
                    + "tls.server-name is said."),
            Field(
                "authority", .authority, \.authority, required: true,
                example: "\"orders.internal:5432\"",
                "What the far end is asked to connect to: host:port or [v6]:port."),
            Field(
                "headers", .headers, \.headers,
                example: "{baggage: \"k8s.namespace.name=demo\"}",
                "Sent with every CONNECT, 8 KiB at most. Names are made lower case."),
            Field(
                "carriers",
                .count(most: Tunnels.carriersMost, hint: "Write such as 4."), \.carriers,
                "Carriers that one worker opens to one endpoint because streams stand in each "
                    + "other's way; more only where the number of streams asks for them."),
            Field(
                "idle", .timeLimit, \.idle, "A carrier without streams is closed after so long."),
        ] + [Field<CarrierSettings>].carrier.map { $0.of(\.carrier) }
}

extension Kind where Value == TunnelSettings {
    static let tunnel = block(TunnelSettings.fields, initial: TunnelSettings.unset)
        .map { tunnel, node, reading in
            tunnel.carrier.check(node, &reading)
            return tunnel
        }
}

extension Kind where Value == String {
    static let authority = scalar(Scalar.authority, parse: Tunnels.authority)

    /// It may be a token.
    fileprivate static let headerValue = scalar(
        Scalar(
            name: "a header's value", hint: "Write one line of text.",
            pattern: "^([^ ]|[^ ].*[^ ])?$",
            isSecret: true), parse: Tunnels.headerValue)
}

extension Scalar {
    static let authority = Scalar(
        name: "host:port", hint: "Write such as orders.internal:5432, or [2001:db8::1]:5432.",
        pattern: "^[^/@]+:[0-9]{1,5}$")
}

extension Kind where Value == [TunnelSettings.Header] {
    fileprivate static let headers = Kind<[Row<String>]>.table(
        of: .headerValue,
        by: Scalar(
            name: "a header's name", hint: "Write such as baggage.",
            pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"),
        example: "{baggage: \"k8s.namespace.name=demo\"}", parse: Tunnels.headerName
    ).map { rows, node, reading in
        let headers = rows.map { TunnelSettings.Header(name: $0.key, value: $0.value) }
        if let problem = Tunnels.complaint(about: headers) {
            let (what, remedy) = problem.parts
            reading.problem(with: node, what, remedy: remedy)
        }
        return headers
    }
}

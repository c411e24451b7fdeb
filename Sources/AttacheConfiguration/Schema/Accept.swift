// SPDX-License-Identifier: Apache-2.0
// Tunnels from clients, as keys, and from keys to settings.

import AttacheCore

extension AcceptSettings {
    /// Before anything is said of it.
    static func unset() -> AcceptSettings { AcceptSettings(.h2Connect, authorities: []) }

    static let fields: [Field<AcceptSettings>] =
        [
            Field(
                "protocol", .word, \.protocol, required: true, example: "h2-connect",
                "h2-connect: CONNECT of HTTP/2, as Envoy and other proxies ask. hbone: the same as "
                    + "service meshes speak it, TLS 1.3 with client certificates."),
            Field(
                "authorities", .routes, \.authorities, required: true,
                example: "{\"orders.internal:5432\": orders-db}",
                "What clients may ask for, and the upstream that it leads to. Nothing else is "
                    + "connected to. Case makes no difference."),
        ] + [Field<CarrierSettings>].carrier.map { $0.of(\.carrier) }
}

extension Kind where Value == AcceptSettings {
    static let accept = block(AcceptSettings.fields, initial: AcceptSettings.unset)
        .map { accept, node, reading in
            accept.carrier.check(node, &reading)
            return accept
        }
}

extension Kind where Value == [AcceptSettings.Route] {
    fileprivate static let routes = Kind<[Row<String>]>.table(
        of: .name, by: .authority, example: "{\"orders.internal:5432\": orders-db}",
        parse: Tunnels.authority
    ).map { rows, node, reading in
        if rows.isEmpty, reading.isSound(node) {
            reading.problem(
                node, "is empty: there is nothing that clients may ask for",
                remedy: "Write such as {\"orders.internal:5432\": orders-db}.")
        }
        return rows.map { AcceptSettings.Route(authority: $0.key, upstream: $0.value) }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Headers and authorities as they stand on a command line, two values in one word.

import ArgumentParser
import AttacheConfiguration
import AttacheCore

extension TunnelProtocol: ExpressibleByArgument {}

/// `baggage=k8s.namespace.name=demo`: the value may have = in it, the name has none.
enum HeaderChoice {
    static func parse(_ text: String) throws(Problem) -> TunnelSettings.Header {
        guard let sign = text.firstIndex(of: "=") else {
            throw Problem("it is no NAME=VALUE; write such as baggage=k8s.namespace.name=demo")
        }
        return TunnelSettings.Header(
            name: try Tunnels.headerName(String(text[..<sign])),
            value: try Tunnels.headerValue(String(text[text.index(after: sign)...])))
    }
}

/// `orders.internal:5432=127.0.0.1:5432`: no authority has = in it, a path may.
struct RouteChoice: Sendable, Equatable {
    let authority: String
    let address: Address

    static func parse(_ text: String) throws(Problem) -> RouteChoice {
        let example = "write such as orders.internal:5432=127.0.0.1:5432"
        guard let sign = text.firstIndex(of: "=") else {
            throw Problem("it does not say where that leads; \(example)")
        }
        let address = try Texts.address(String(text[text.index(after: sign)...]))
        guard address.port != 0 else {
            throw Problem("nobody can be reached at port 0; write the real port")
        }
        return RouteChoice(
            authority: try Tunnels.authority(String(text[..<sign])), address: address)
    }

    /// As it was said.
    var text: String { "--authorities \(authority)=\(address)" }
}

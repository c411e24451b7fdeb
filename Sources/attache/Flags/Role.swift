// SPDX-License-Identifier: Apache-2.0
// TLS is spoken in three roles by the same flags; a role says how they are called and explained.

import ArgumentParser

protocol Role {
    /// Before the name of each flag: `--crl`, `--to-crl`.
    static var prefix: String { get }
    /// The certificate that we show.
    static var certificate: String { get }
}

/// Of `connect`, towards its upstream.
enum ConnectUpstream: Role {
    static let prefix = ""
    static let certificate = "Our client certificate (PEM, leaf first), if it asks."
}

/// Of `terminate --to-tls`, towards its upstream.
enum TerminateUpstream: Role {
    static let prefix = "to-"
    static let certificate = ConnectUpstream.certificate
}

/// Of `terminate`, `echo` and `bench serve`, towards clients.
enum Clients: Role {
    static let prefix = ""
    static let certificate =
        "The server's certificate (PEM, leaf first); several with a key each, by SNI."
}

extension Role {
    /// The flag as a person writes it, for messages.
    static func flag(_ name: String) -> String { "--\(prefix)\(name)" }

    static func names(_ names: String...) -> NameSpecification {
        NameSpecification(names.map { .customLong(prefix + $0) })
    }

    /// Those flags that were said, as they were said.
    static func given(_ said: KeyValuePairs<String, Bool>) -> [String] {
        said.filter(\.value).map { flag($0.key) }
    }
}

// SPDX-License-Identifier: Apache-2.0
// A key that is none here: what was probably meant.

enum UnknownKey {
    /// On their way: each leaves this list with the issue that builds it.
    private static let planned: Set = [
        "upgrade", "breaker", "health", "balance", "connections", "connecting",
        "queue", "queue-timeout", "prelude", "proxy-protocol",
    ]

    /// What people bring along from other tools.
    private static let elsewhere = [
        "listen": "bind", "address": "bind", "port": "bind", "cert": "certificate",
        "certs": "certificates", "cacert": "ca", "cafile": "ca",
        "ca-file": "ca",
        "private-key": "key", "keyfile": "key", "passphrase": "key-passphrase-file",
        "password": "key-passphrase-file", "key-password": "key-passphrase-file",
        "key-passphrase": "key-passphrase-file", "sni": "server-name", "endpoint": "endpoints",
        "target": "endpoints", "targets": "endpoints", "servers": "endpoints",
        "backend": "upstream", "to": "upstream", "insecure": "verify: none-insecure",
        "skip-verify": "verify: none-insecure", "threads": "workers", "logging": "log",
        "max-connections": "limits: {sessions: …}", "curves": "groups",
        "tunnel": "accept", "accept": "tunnel", "tunneling_config": "tunnel",
        "hostname": "authority", "max-concurrent-streams": "streams",
        "initial-stream-window-size": "stream-window",
        "initial-connection-window-size": "connection-window",
    ]

    static func note(
        _ unknown: [Node.Pair], in node: Node, among keys: [Key], _ reading: inout Reading
    ) {
        for pair in Indentation.noteStrays(unknown, in: node, among: keys, &reading) {
            // To look for what was meant takes its time, and a file may have thousands.
            let (remedy, meant) = reading.isFull ? ("", nil) : remedy(for: pair.key, among: keys)
            if let meant { reading.misspells(meant, in: node) }
            reading.note(.problem, pair.place, pair.value.path, "unknown key", remedy)
        }
    }

    /// What to do, and which key here was meant if that is known.
    private static func remedy(
        for word: String, among keys: [Key]
    ) -> (remedy: String, meant: String?) {
        let names = keys.map(\.name)
        if let home = keys.first(where: { !$0.isNamed && $0.holds(word) }) {
            return ("It belongs into \(home.name): \(home.block(of: "\(word): …")).", nil)
        }
        if planned.contains(word) { return ("It is not built yet: leave it out.", nil) }
        if let known = elsewhere[word] {
            for here in [known, "client-\(known)"] {
                let name = String(here.prefix { $0 != ":" })
                if names.contains(name) { return ("Here it is called \(here).", name) }
            }
        }
        if let near = Words.nearest(to: word, among: names) {
            return ("Did you mean \(near)?", near)
        }
        if let home = keys.first(where: { $0.holds(word) }) {
            return ("It belongs into \(home.name): \(home.block(of: "\(word): …")).", home.name)
        }
        return ("Known here: \(names.listed).", nil)
    }
}

/// What operators call listeners and upstreams.
enum Names {
    static let pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"

    static func check(_ pair: Node.Pair, _ reading: inout Reading) {
        let isName =
            (1...63).contains(pair.key.utf8.count)
            && pair.key.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0)
                    || (0x61...0x7a).contains($0) || "._-".utf8.contains($0)
            } && !"._-".contains(pair.key.prefix(1))
        if !isName {
            reading.note(
                .problem, pair.place, pair.value.path, "this is no name",
                "A name has 1 to 63 letters, digits, dots, hyphens and underscores, and begins "
                    + "with a letter or digit: logs and metrics show it.")
        }
    }
}

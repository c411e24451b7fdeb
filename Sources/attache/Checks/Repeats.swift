// SPDX-License-Identifier: Apache-2.0
// The parser lets the last of two --listen win; whoever wrote two expects both.

import AttacheConfiguration

enum Repeats {
    private static let welcome: Set = [
        "--to", "--authorities", "--header", "--allow", "--to-allow", "--pin", "--to-pin",
        "--source-allow", "--source-deny",
        "--log-level", "--compare", "--pid", "--keep", "--fail-if", "--help", "--version",
    ]
    /// Of listeners, chosen by SNI; an upstream is shown one.
    private static let identities: Set = ["--certificate", "--key", "--key-passphrase-file"]
    private static let aliases = ["--cert": "--certificate", "--to-cert": "--to-certificate"]

    static func refuse(in arguments: [String]) throws(Problem) {
        let welcome = arguments.first == "connect" ? welcome : welcome.union(identities)
        var seen: Set<String> = []
        for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
            let written = String(argument.prefix { $0 != "=" })
            let flag = aliases[written] ?? written
            if !seen.insert(flag).inserted, !welcome.contains(flag) {
                throw Problem("\(flag) is said twice; leave out one of them")
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Which certificate a client gets, by the name it asks for (SNI, RFC 6066 §3).

/// A pure table of names and numbers: 0 is the first certificate, which is for everybody without a
/// better one. The exact name wins over `*.` and one label.
struct CertificateNames: Sendable {
    private var exact: [String: Int] = [:]
    /// By what stands behind `*.`
    private var wildcard: [String: Int] = [:]
    private var contexts: [(names: Set<String>, keyKinds: Set<Int32>)] = []

    struct Choice: Equatable {
        /// Where the certificate goes; the next number where it goes alone.
        var context: Int
        /// Names that lead to an earlier certificate.
        var shadowed: [String] = []
        /// No name leads to it, and it is not the first.
        var isUnreachable = false
    }

    /// Certificates with the same names and keys of different kinds (RSA, ECDSA) share a context:
    /// OpenSSL shows each client the one that it can verify.
    mutating func add(_ names: [String], keyKind: Int32) -> Choice {
        let names = names.map(Self.canonical)
        let set = Set(names)
        let twin = contexts.firstIndex { $0.names == set && !$0.keyKinds.contains(keyKind) }
        if let twin {
            contexts[twin].keyKinds.insert(keyKind)
            return Choice(context: twin)
        }
        var choice = Choice(context: contexts.count)
        contexts.append((set, [keyKind]))
        for name in names {
            if (lookup(name) ?? choice.context) != choice.context {
                choice.shadowed.append(name)
            } else if name.hasPrefix("*.") {
                wildcard[String(name.dropFirst(2))] = choice.context
            } else {
                exact[name] = choice.context
            }
        }
        choice.isUnreachable = names.isEmpty && choice.context > 0
        return choice
    }

    private func lookup(_ name: String) -> Int? {
        name.hasPrefix("*.") ? wildcard[String(name.dropFirst(2))] : exact[name]
    }

    func context(for serverName: String) -> Int {
        let name = Self.canonical(serverName)
        if let found = exact[name] { return found }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return 0 }
        return wildcard[String(name[name.index(after: dot)...])] ?? 0
    }

    private static func canonical(_ name: String) -> String {
        let lower = DNSName.lowercased(name)
        return lower.hasSuffix(".") ? String(lower.dropLast()) : lower
    }
}

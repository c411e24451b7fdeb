// SPDX-License-Identifier: Apache-2.0
// One `KIND:PATTERN` of an identity policy: which names of a certificate it means.

/// A pure value. A star stands for at least one character, so that `spiffe://corp/orders/*` never
/// admits `spiffe://corp/orders/`.
struct NamePattern: Sendable, Hashable {
    enum Kind: String, Sendable, CaseIterable {
        case cn, ou, dns, uri, ip, spki
    }

    /// A step through a name, byte by byte.
    private enum Step: Hashable {
        case byte(UInt8)
        /// Exactly one byte; then `more`, any number of them. `crossing`: `/` too.
        case any(crossing: Bool)
        case more(crossing: Bool)
    }

    let kind: Kind
    /// As the operator wrote it, in canonical form where the kind has one.
    let text: String
    /// cn, ou and uri; empty for the others.
    private let steps: [Step]

    init(_ kind: Kind, _ pattern: String) throws(IdentityPolicy.Malformed) {
        self.kind = kind
        guard !pattern.isEmpty else {
            throw .init("\"\(kind):\" names nobody; write \(kind):PATTERN")
        }
        guard !pattern.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }),
            pattern.first != " ", pattern.last != " "
        else {
            throw .init("\"\(kind):\(pattern)\" has spaces around it or control characters in it")
        }
        switch kind {
        case .dns:
            text = try Self.dns(pattern)
            steps = []
        case .ip:
            guard let canonical = IPLiteral.canonical(pattern) else {
                throw .init(
                    "\"ip:\(pattern)\" is not one IP address; write ip:10.2.0.9 or ip:fd00::9 "
                        + "(no ranges, no brackets, no stars)")
            }
            text = canonical
            steps = []
        case .spki:
            do {
                text = try KeyPin(parsing: pattern).description
            } catch {
                throw .init("spki: \(error.message)")
            }
            steps = []
        case .cn, .ou, .uri:
            text = pattern
            steps = try Self.steps(kind, pattern)
        }
    }

    /// Whole labels or stars. Names in certificates are ASCII (RFC 5280 §4.2.1.6); an
    /// internationalised one is written there, and here, in its `xn--` form, and left alone.
    private static func dns(_ pattern: String) throws(IdentityPolicy.Malformed) -> String {
        let name = canonicalDNS(pattern)
        for label in name.split(separator: ".", omittingEmptySubsequences: false) {
            if label == "*" { continue }
            guard !label.contains("*") else {
                throw .init(
                    "\"dns:\(pattern)\": in a DNS name a star stands for one whole label; "
                        + "write dns:*.example.internal")
            }
            guard !label.isEmpty, label.utf8.allSatisfy(DNSName.allowsByte) else {
                throw .init(
                    "\"dns:\(pattern)\" is not a DNS name; write it as certificates do, "
                        + "an internationalised one in its xn-- form")
            }
        }
        return name
    }

    private static func steps(
        _ kind: Kind, _ pattern: String
    ) throws(IdentityPolicy.Malformed) -> [Step] {
        var steps: [Step] = []
        var rest = Substring(pattern).utf8
        while let byte = rest.first {
            let stars = rest.prefix { $0 == UInt8(ascii: "*") }.count
            if stars == 0 {
                steps.append(.byte(byte))
                rest.removeFirst()
                continue
            }
            guard stars == 1 || (stars == 2 && kind == .uri) else {
                throw .init(
                    "\"\(kind):\(pattern)\" has \(stars) stars in a row; * stands for one piece "
                        + "between slashes or a part of it"
                        + (kind == .uri ? ", ** for any number of pieces" : ""))
            }
            steps += [.any(crossing: stars == 2), .more(crossing: stars == 2)]
            rest.removeFirst(stars)
        }
        return steps
    }

    func allows(_ names: PresentedNames) -> Bool {
        switch kind {
        case .cn: names.commonName.map(walks) ?? false
        case .ou: names.units.contains(where: walks)
        case .dns: names.dns.contains(where: coversDNS)
        case .uri: names.uri.contains(where: walks)
        case .ip: names.ip.contains { IPLiteral.canonical($0) == text }
        case .spki: names.pin?.description == text
        }
    }

    /// Label by label: a star never crosses a dot, nor does it stand for an empty label.
    private func coversDNS(_ name: String) -> Bool {
        let wanted = text.split(separator: ".", omittingEmptySubsequences: false)
        let given = Self.canonicalDNS(name).split(separator: ".", omittingEmptySubsequences: false)
        guard wanted.count == given.count else { return false }
        return zip(wanted, given).allSatisfy { $0 == "*" ? !$1.isEmpty : $0 == $1 }
    }

    /// All ways through the pattern at once: time is pattern × name whatever the stars, where
    /// trying one way after the other takes exponential time on names made for it.
    private func walks(_ name: String) -> Bool {
        var here = [Bool](repeating: false, count: steps.count + 1)
        here[0] = true
        for byte in name.utf8 {
            var next = [Bool](repeating: false, count: steps.count + 1)
            for (at, step) in steps.enumerated() where here[at] {
                switch step {
                case .byte(let wanted):
                    if byte == wanted { next[at + 1] = true }
                case .any(let crossing):
                    if crossing || byte != UInt8(ascii: "/") { next[at + 1] = true }
                case .more(let crossing):
                    here[at + 1] = true  // enough of it: the next step may take this byte
                    if crossing || byte != UInt8(ascii: "/") { next[at] = true }
                }
            }
            here = next
        }
        for (at, step) in steps.enumerated() where here[at] {
            if case .more = step { here[at + 1] = true }
        }
        return here[steps.count]
    }

    /// Lower case, for DNS names have none; without the dot that marks the root.
    private static func canonicalDNS(_ name: String) -> String {
        let lower = DNSName.lowercased(name)
        return lower.hasSuffix(".") && lower.utf8.count > 1 ? String(lower.dropLast()) : lower
    }
}

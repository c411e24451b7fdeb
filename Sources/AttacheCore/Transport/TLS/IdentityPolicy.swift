// SPDX-License-Identifier: Apache-2.0
// Who may come in: which names in a verified certificate are accepted.

/// `KIND:PATTERN` with the kinds `dns`, `uri`, `cn`, `ou`, `ip` and `spki`, or the one word
/// `any-verified`.
///
/// - `dns`: `*` stands for one whole label; letters' case does not matter.
/// - `uri`: `*` stands for one piece between slashes, or a part of one; `**` crosses slashes.
/// - `cn`: the subject's common name; `*` as in a URI.
/// - `ou`: one of the subject's organizational units; `*` as in a URI.
/// - `ip`: one address.
/// - `spki`: the digest of its public key (`KeyPin`).
///
/// One matching name is enough. A name is compared as it stands in the certificate: a certificate
/// for `*.internal` is the name `*.internal`, not every name below.
/// The policy says nothing about the chain: it is asked only after that was verified.
public struct IdentityPolicy: Sendable, Hashable {
    /// What is wrong with the text, and what to write instead.
    public struct Malformed: Error, Hashable {
        public let message: String

        init(_ message: String) {
            self.message = message
        }
    }

    /// Every peer whose certificate chain is good.
    public static let anyVerified = IdentityPolicy(patterns: [])

    /// Empty means any, and only `anyVerified` makes it so.
    private let patterns: [NamePattern]

    private init(patterns: [NamePattern]) {
        self.patterns = patterns
    }

    public init(parsing texts: [String]) throws(Malformed) {
        guard !texts.isEmpty else {
            throw Malformed("no name is allowed; write \(Self.forms), or any-verified alone")
        }
        if texts.contains(Self.anyWord) {
            guard texts.count == 1 else {
                throw Malformed(
                    "any-verified allows everybody, so the other names beside it mean nothing; "
                        + "write any-verified alone, or only names")
            }
            self = .anyVerified
            return
        }
        var patterns: [NamePattern] = []
        for text in texts {
            patterns.append(try Self.pattern(text))
        }
        self.patterns = patterns
    }

    private static func pattern(_ text: String) throws(Malformed) -> NamePattern {
        guard let colon = text.firstIndex(of: ":") else {
            throw Malformed("\"\(text)\" does not say what kind of name it is; write \(forms)")
        }
        let word = String(text[..<colon])
        guard let kind = NamePattern.Kind(rawValue: word) else {
            throw Malformed("\"\(word)\" in \"\(text)\" is no kind of name; write \(forms)")
        }
        return try NamePattern(kind, String(text[text.index(after: colon)...]))
    }

    private static let anyWord = "any-verified"
    private static let forms =
        "dns:PATTERN, uri:PATTERN, cn:PATTERN, ou:PATTERN, ip:ADDRESS or spki:PIN"

    public var allowsAny: Bool { patterns.isEmpty }

    /// Whether `PresentedNames.pin` must be known.
    var looksAtKey: Bool { patterns.contains { $0.kind == .spki } }

    public func allows(_ names: PresentedNames) -> Bool {
        patterns.isEmpty || patterns.contains { $0.allows(names) }
    }
}

extension IdentityPolicy: CustomStringConvertible {
    public var description: String {
        patterns.isEmpty
            ? Self.anyWord : patterns.map { "\($0.kind):\($0.text)" }.joined(separator: ", ")
    }
}

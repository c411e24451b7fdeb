// SPDX-License-Identifier: Apache-2.0
// `allow`: which names in a certificate are accepted, as keys.

import AttacheCore

/// Patterns by kind, each as `kind:pattern`.
struct AllowDraft: Sendable {
    var dns: [String] = []
    var uri: [String] = []
    var cn: [String] = []
    var ou: [String] = []
    var ip: [String] = []
    var spki: [String] = []

    static let anyWord = "any-verified"

    static let fields: [Field<AllowDraft>] = [
        Field(
            "dns", patterns("dns", "a DNS name"), \.dns, example: "[\"*.apps.internal\"]",
            "DNS names; * stands for one whole label."),
        Field(
            "uri", patterns("uri", "a URI"), \.uri, example: "[\"spiffe://corp/orders/*\"]",
            "URIs; * stands for one piece between slashes or a part of it, ** for any number."),
        Field(
            "cn", patterns("cn", "a common name"), \.cn, example: "[orders]",
            "Common names of the subject; * stands for a part without slashes."),
        Field(
            "ou", patterns("ou", "an organizational unit"), \.ou, example: "[payments]",
            "Organizational units of the subject; * as in cn."),
        Field(
            "ip", patterns("ip", "an IP address"), \.ip, example: "[10.2.0.9]",
            "IP addresses."),
        Field(
            "spki", patterns("spki", "the pin of a key"), \.spki,
            example: "[sha256/iGx13k9e1BMHYXRGPzIULv+HzbHG1BRu55vnlcbrG6U=]",
            "Digests of public keys."),
    ]

    private static func patterns(_ kind: String, _ what: String) -> Kind<[String]> {
        .list(
            of: .scalar(
                Scalar(name: what, hint: "Write \(what), with stars where its kind has them.")
            ) { text throws(Problem) in
                do throws(IdentityPolicy.Malformed) {
                    _ = try IdentityPolicy(parsing: ["\(kind):\(text)"])
                } catch {
                    // There the kind is part of the text, here it is the key.
                    throw Problem(error.message.replacing("\(kind):", with: ""))
                }
                return "\(kind):\(text)"
            })
    }

    var all: [String] { dns + uri + cn + ou + ip + spki }
}

extension Kind where Value == IdentityPolicy {
    /// `anyWord`: whether any-verified may stand there.
    static func allow(anyWord: Bool) -> Kind {
        let block = Kind<AllowDraft>.block(AllowDraft.fields, initial: AllowDraft.init)
        return Kind(
            shape: anyWord ? .word(AllowDraft.anyWord, or: block.shape) : block.shape,
            read: { node, reading in
                if case .text(let word, _) = node.content {
                    if word == AllowDraft.anyWord, anyWord { return .anyVerified }
                    refuse(word, node, anyWord: anyWord, &reading)
                    return nil
                }
                guard let draft = block.read(node, &reading), reading.isSound(node) else {
                    return nil
                }
                if let policy = try? IdentityPolicy(parsing: draft.all) { return policy }
                reading.problem(
                    with: node, "names nobody",
                    remedy: "Write such as allow: {dns: [app.internal]}.")
                return nil
            })
    }

    private static func refuse(
        _ word: String, _ node: Node, anyWord: Bool, _ reading: inout Reading
    ) {
        if word == AllowDraft.anyWord {
            reading.problem(
                node, "any-verified would take anybody's certificate for the upstream's",
                remedy: "Say who it is, such as allow: {dns: [db.internal]}, or leave it out to "
                    + "verify the host name.")
        } else {
            reading.problem(
                node, "is \(node.kind), and kinds of names with patterns are wanted here",
                remedy: "Write such as allow: {dns: [\"*.apps.internal\"]}"
                    + (anyWord ? ", or allow: any-verified." : "."))
        }
    }
}

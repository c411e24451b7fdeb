// SPDX-License-Identifier: Apache-2.0
// Kinds of texts: names, files, protocols, suites and groups.

extension Kind where Value == String {
    static let name = scalar(
        Scalar(name: "a name", hint: "Write the name of an upstream.", pattern: Names.pattern)
    ) { text throws(Problem) in text }

    /// As a path from the root: relative ones begin at the file of settings.
    static let file = file(
        Scalar(name: "a file's name", hint: "Write such as certs/app.pem.", pattern: "^.+$"))

    /// Of a file with a secret; whoever writes the secret itself here is not shown it again.
    static let secretFile = file(
        Scalar(
            name: "a file's name", hint: "Write such as /run/secrets/app.pass.", pattern: "^.+$",
            isSecret: true))

    private static func file(_ scalar: Scalar) -> Kind {
        .scalar(scalar, parse: Texts.file).map { file, _, reading in reading.resolve(file) }
    }

    static let hostName = scalar(
        Scalar(
            name: "a host name or IP address", hint: "Write such as db.internal.",
            pattern: "^[^ /]+$"), parse: Texts.serverName)

    static let protocolName = scalar(
        Scalar(
            name: "a protocol's name", hint: "Write each as an item of its own: [h2, http/1.1].",
            pattern: "^[^ ,]{1,255}$")
    ) { text throws(Problem) in
        guard Texts.isProtocol(text) else { throw Problem("it is not a protocol's name") }
        return text
    }

    /// Which of them exist only OpenSSL knows; it is asked when the block is checked.
    static func openSSLName(_ what: String, _ example: String) -> Kind {
        scalar(
            Scalar(
                name: "the name of \(what)", hint: "Write such as \(example).",
                pattern: "^[A-Za-z0-9_.-]+$")
        ) { text throws(Problem) in
            guard !text.isEmpty,
                text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x2c && $0 != 0x3a })
            else {
                throw Problem("it is not the name of \(what); write such as \(example)")
            }
            return text
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// The kinds of values that settings have: how each is written, and what is said where it is not.

import AttacheCore

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

extension Kind where Value == Address {
    static let endpoint = scalar(
        Scalar(
            name: "an address", hint: "Write host:port, [v6]:port or unix:/path.",
            pattern: "^(unix:.+|.+:[0-9]{1,5})$")
    ) { text throws(Problem) in
        let address = try Texts.address(text)
        guard address.port != 0 else {
            throw Problem("nobody can be reached at port 0; write the real port")
        }
        return address
    }.map { address, node, reading in reading.resolve(address, node) }
}

extension Kind where Value == Bind {
    static let bind = scalar(
        Scalar(
            name: "an address to listen on",
            hint: "Write host:port, [v6]:port, unix:/path or systemd:name.",
            pattern: "^(unix:.+|systemd:.+|.+:[0-9]{1,5})$"), text: \.description
    ) { text throws(Problem) in
        do throws(Address.Malformed) {
            return try Bind(parsing: text)
        } catch {
            throw Problem(error.message)
        }
    }.map(text: \.description) { bind, node, reading in
        guard case .address(let address) = bind else { return bind }
        return reading.resolve(address, node).map(Bind.address)
    }
}

extension Kind where Value == CIDR {
    static let cidr = scalar(
        Scalar(
            name: "a range of addresses", hint: "Write such as 10.0.0.0/8, fd00::/8, 10.2.0.9.",
            pattern: "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$"), parse: Texts.cidr)
}

extension Kind where Value == KeyPin {
    static let pin = scalar(
        Scalar(
            name: "the pin of a key",
            hint: "Write sha256/ and the base64 of the key's digest, or 64 hexadecimal digits.",
            pattern: "^(sha256/[A-Za-z0-9+/]{43}=|[0-9A-Fa-f]{64})$")
    ) { text throws(Problem) in
        do throws(KeyPin.Malformed) {
            return try KeyPin(parsing: text)
        } catch {
            throw Problem(error.message)
        }
    }
}

extension Kind where Value == UInt16 {
    static let mode = scalar(
        Scalar(
            name: "permissions", hint: "Write such as 0600 or 0660.", pattern: "^[0-7]{3,4}$",
            json: .integer), text: Mode.text
    ) { text throws(Problem) in try Mode.parse(text).bits }
}

extension Kind where Value == Bool {
    static let flag = scalar(
        Scalar(
            name: "true or false", hint: "Write true or false.", words: ["true", "false"],
            json: .boolean), text: \.description
    ) { text throws(Problem) in
        switch text {
        case "true": true
        case "false": false
        default: throw Problem("it is neither true nor false")
        }
    }
}

extension Kind where Value == Int {
    /// From 1. No sign, no leading zero: what looks octal is a slip of the finger.
    static func count(most: Int, hint: String) -> Kind {
        scalar(
            Scalar(
                name: "a number from 1 to \(most)", hint: hint, pattern: "^[1-9][0-9]{0,9}$",
                json: .integer), text: \.description
        ) { text throws(Problem) in
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !text.hasPrefix("0"),
                let count = Int(text), count <= most
            else { throw Problem("it is not a number from 1 to \(most)") }
            return count
        }
    }
}

extension Kind where Value == Workers {
    static let workers = scalar(
        Scalar(
            name: "auto or a number from 1 to \(Workers.most)", hint: "Write auto or a number.",
            pattern: "^(auto|[1-9][0-9]{0,2})$", json: .integer),
        text: { $0 == .auto ? "auto" : "\($0.number)" }, parse: Workers.parse)
}

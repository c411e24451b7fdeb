// SPDX-License-Identifier: Apache-2.0
// Kinds of addresses: where to listen, where to connect, from where; and pins of keys.

import AttacheCore

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
            pattern: "^(unix:.+|systemd:.+|.+:[0-9]{1,5})$"), text: \.description,
        parse: Texts.bind
    ).map(text: \.description) { bind, node, reading in
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
            pattern: "^(sha256/[A-Za-z0-9+/]{43}=|[0-9A-Fa-f]{64})$"), parse: Texts.pin)
}

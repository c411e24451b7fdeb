// SPDX-License-Identifier: Apache-2.0
// Addresses, file names, server names and protocol names, as they stand on a command line.

import AttacheCore

package enum Texts {
    package static func address(_ text: String) throws(Problem) -> Address {
        try read(text, Address.init(parsing:))
    }

    package static func bind(_ text: String) throws(Problem) -> Bind {
        try read(text, Bind.init(parsing:))
    }

    package static func cidr(_ text: String) throws(Problem) -> CIDR {
        try read(text, CIDR.init(parsing:))
    }

    package static func pin(_ text: String) throws(Problem) -> KeyPin {
        try read(text, KeyPin.init(parsing:))
    }

    /// A value of the core, which says itself what is wrong with it.
    package static func read<Value>(
        _ text: String, _ parse: (String) throws(MalformedText) -> Value
    ) throws(Problem) -> Value {
        do {
            return try parse(text)
        } catch {
            throw Problem(error.message)
        }
    }

    /// Whether it can be read is seen when it is loaded; here an unset shell variable is caught.
    package static func file(_ text: String) throws(Problem) -> String {
        if text.isEmpty { throw Problem("it names no file (is a variable empty?)") }
        return text
    }

    /// What SNI can carry and a certificate can name: a DNS name, or an IP address to verify.
    package static func serverName(_ text: String) throws(Problem) -> String {
        let host: String?
        do {
            let bracketed = text.contains(":") && !text.hasPrefix("[") ? "[\(text)]" : text
            host = try Address(parsing: "\(bracketed):0").host
        } catch {
            host = nil
        }
        guard let host else {
            throw Problem("it is neither a host name nor an IP address; write such as db.internal")
        }
        return host
    }

    /// RFC 7301 §3.1: names of 1 to 255 bytes, the list as a whole below 64 KiB.
    package static func protocols(_ text: String) throws(Problem) -> [String] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for name in names where !isProtocol(name) {
            throw Problem("\"\(name)\" is not a protocol's name; write such as h2,http/1.1")
        }
        guard names.reduce(0, { $0 + $1.utf8.count + 1 }) < 65_536 else {
            throw Problem("it is longer than a handshake can carry (64 KiB)")
        }
        return names
    }

    static func isProtocol(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count) && !name.contains(" ") && !name.contains(",")
    }

    /// Whether OpenSSL knows them is seen when they are loaded.
    package static func algorithms(_ text: String) throws(Problem) -> [String] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        if names.contains("") { throw Problem("it has an empty name in it; write names as in a,b") }
        return names
    }
}

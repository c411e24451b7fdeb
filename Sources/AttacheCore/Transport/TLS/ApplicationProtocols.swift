// SPDX-License-Identifier: Apache-2.0
// ALPN (RFC 7301): what we offer or accept, in order of preference.

import COpenSSL

/// None in common is refused with no_application_protocol: the peer meant somebody else
/// (ALPACA, CVE-2021-3618).
///
/// A peer that does not speak ALPN at all is another matter: a client that offers nothing is let
/// in, and a server that selects nothing is accepted (RFC 7301 §3.1 and §3.2 make both regular, and
/// programs of the kind that need an ambassador rarely know ALPN). A server that shares no protocol
/// must send the alert (§3.2), and then the handshake fails on its own. The session line tells what
/// was agreed upon.
struct ApplicationProtocols: Sendable {
    let names: [String]
    /// Each name behind its length in one byte, as in the extension.
    let wire: [UInt8]

    static let none = ApplicationProtocols()

    private init() {
        names = []
        wire = []
    }

    init(_ names: [String]) throws(ConfigurationProblem) {
        self.names = names
        var wire: [UInt8] = []
        for name in names {
            guard (1...255).contains(name.utf8.count) else {
                throw ConfigurationProblem(
                    "\"\(name)\" is no ALPN protocol: a name has 1 to 255 bytes",
                    remedy: "Write names as in `h2, http/1.1, redis`.")
            }
            wire += [UInt8(name.utf8.count)] + Array(name.utf8)
        }
        guard wire.count <= UInt16.max else {
            throw ConfigurationProblem(
                "the ALPN list has \(wire.count) bytes; the extension holds 65535",
                remedy: "Name fewer protocols.")
        }
        self.wire = wire
    }

    /// Where in a client's offer our most preferred common protocol stands.
    func choose(from offer: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        for name in names {
            var at = 0
            while at < offer.count {
                let range = at + 1..<at + 1 + Int(offer[at])
                guard range.upperBound <= offer.count else { return nil }
                if offer[range].elementsEqual(name.utf8) { return range }
                at = range.upperBound
            }
        }
        return nil
    }

    /// `h2, http/1.1`; bytes that are no text as `?`.
    static func text(_ offer: [UInt8]) -> String {
        var names: [String] = []
        var at = 0
        while at < offer.count, names.count < 8 {
            let bytes = offer[(at + 1)...].prefix(Int(offer[at]))
            names.append(
                String(
                    decoding: bytes.map { (0x21...0x7e).contains($0) ? $0 : UInt8(ascii: "?") },
                    as: UTF8.self))
            at += 1 + Int(offer[at])
        }
        return names.joined(separator: ", ") + (at < offer.count ? " …" : "")
    }
}

/// SSL_CTX_set_alpn_select_cb: runs only where the client offers something.
func chooseProtocol(
    _ ssl: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenCount: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?,
    _ offeredCount: UInt32, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let context = TLSContext.of(argument), let offered else {
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    let offer = UnsafeBufferPointer(start: offered, count: Int(offeredCount))
    guard let range = context.protocols.choose(from: offer) else {
        ExtraData.inbox(of: ssl)?.pointee.offeredProtocols = Array(offer)
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
    // Points into the client's offer, which OpenSSL holds until it has copied the choice.
    chosen?.pointee = offered + range.lowerBound
    chosenCount?.pointee = UInt8(range.count)
    return SSL_TLSEXT_ERR_OK
}

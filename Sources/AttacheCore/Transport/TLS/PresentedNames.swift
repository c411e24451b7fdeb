// SPDX-License-Identifier: Apache-2.0
// The names that a certificate speaks for: what identity policies look at and what logs show.

/// Only usable names are in here: one with a NUL or another odd byte in it was left out when the
/// certificate was read (it would read differently to different eyes).
public struct PresentedNames: Sendable, Hashable {
    /// The subject's common name; nil when there is none, or more than one.
    public let commonName: String?
    /// Subject alternative names, in the certificate's order.
    public let dns: [String]
    public let uri: [String]
    /// In canonical text form: `10.0.0.1`, `::1`.
    public let ip: [String]
    /// Organizational units of the subject, in its order.
    public let units: [String]
    /// Of its key; nil where nobody asked.
    public var pin: KeyPin?

    public init(
        commonName: String? = nil, dns: [String] = [], uri: [String] = [], ip: [String] = [],
        units: [String] = [], pin: KeyPin? = nil
    ) {
        self.commonName = commonName
        self.dns = dns
        self.uri = uri
        self.ip = ip
        self.units = units
        self.pin = pin
    }

    /// Eight tell who it is; a certificate may carry thousands, and a log line must stay one line.
    private static let namesShownMax = 8
    /// Longer than any host name (253).
    private static let nameBytesShownMax = 256
}

extension PresentedNames: CustomStringConvertible {
    /// `dns:db.internal uri:spiffe://corp/db ip:10.2.0.9 cn:db`; `no usable name` without any.
    public var description: String {
        let all =
            (pin.map { ["spki:\($0)"] } ?? []) + dns.map { "dns:" + $0 } + uri.map { "uri:" + $0 }
            + ip.map { "ip:" + $0 }
            + (commonName.map { ["cn:" + $0] } ?? []) + units.map { "ou:" + $0 }
        if all.isEmpty { return "no usable name" }
        let shown = all.prefix(Self.namesShownMax).map {
            $0.utf8.count > Self.nameBytesShownMax
                ? String($0.prefix(Self.nameBytesShownMax)) + "…" : $0
        }
        let rest = all.count - shown.count
        return shown.joined(separator: " ") + (rest > 0 ? " and \(rest) more" : "")
    }
}

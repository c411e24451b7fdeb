// SPDX-License-Identifier: Apache-2.0
// Which addresses may connect to a listener.

/// By the address a connection comes from. Both empty: everybody.
public struct SourcePolicy: Sendable, Hashable {
    /// Empty: everybody who is not in `deny`.
    public var allow: [CIDR]
    /// Wins over `allow`.
    public var deny: [CIDR]

    public init(allow: [CIDR] = [], deny: [CIDR] = []) {
        self.allow = allow
        self.deny = deny
    }

    public var isOpen: Bool { allow.isEmpty && deny.isEmpty }

    /// A Unix peer has no address and is not asked for one.
    func admits(_ peer: SocketAddress) -> Bool {
        guard !isOpen, let address = peer.ipBytes else { return true }
        if deny.contains(where: { $0.contains(address) }) { return false }
        return allow.isEmpty || allow.contains { $0.contains(address) }
    }
}

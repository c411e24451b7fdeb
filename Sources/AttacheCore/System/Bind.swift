// SPDX-License-Identifier: Apache-2.0
// Where a listener's socket comes from: made for an address, or handed over by the service manager.

/// `host:port` · `[v6]:port` · `unix:/path` · `systemd:name`.
public enum Bind: Sendable, Hashable {
    case address(Address)
    /// The socket whose `FileDescriptorName=` in the socket unit is this.
    case systemd(String)

    public init(parsing text: String) throws(Address.Malformed) {
        guard text.hasPrefix("systemd:") else {
            self = .address(try Address(parsing: text))
            return
        }
        let name = String(text.dropFirst(8))
        // sd_listen_fds_with_names(3): up to 255 characters, no colon, nothing unprintable.
        let isName =
            !name.isEmpty && name.utf8.count <= 255
            && name.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ":") }
        guard isName else {
            throw Address.Malformed(
                message: "\"\(text)\" names no socket; write systemd:NAME with the "
                    + "FileDescriptorName= of the socket unit")
        }
        self = .systemd(name)
    }

    /// nil: known only when the service manager has handed the socket over.
    public var address: Address? {
        if case .address(let address) = self { address } else { nil }
    }
}

extension Bind: CustomStringConvertible {
    public var description: String {
        switch self {
        case .address(let address): address.description
        case .systemd(let name): "systemd:\(name)"
        }
    }
}

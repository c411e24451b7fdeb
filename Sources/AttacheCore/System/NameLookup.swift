// SPDX-License-Identifier: Apache-2.0
// getaddrinfo: the addresses of a name as this machine sees it (hosts file, nsswitch, DNS).

import CLinux
import Glibc

/// Why a name has no addresses for us; the message names the name and says what to look at.
struct ResolveFailure: Error, Hashable {
    let message: String
}

enum NameLookup {
    /// Blocks, for half a minute when the name servers are silent. Port 0; the system's order
    /// (RFC 6724), each address once.
    static func addresses(of name: String) -> Result<[SocketAddress], ResolveFailure> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        // Else each address comes three times: for TCP, UDP and raw.
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        // AI_ADDRCONFIG stays off: where only the loopback has IPv6 it hides ::1.
        hints.ai_flags = 0
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        let systemError = Errno()
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0 else { return .failure(failure(name, code, systemError)) }

        var addresses: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee {
            if let raw = info.ai_addr,
                let address = SocketAddress(copying: raw, length: info.ai_addrlen),
                !addresses.contains(address)
            {
                addresses.append(address)
            }
            entry = info.ai_next
        }
        guard !addresses.isEmpty else { return .failure(failure(name, EAI_NONAME, systemError)) }
        return .success(addresses)
    }

    static func failure(
        _ name: String, _ code: Int32, _ systemError: Errno
    ) -> ResolveFailure {
        var why = String(cString: gai_strerror(code))
        if code == EAI_SYSTEM { why += ": \(systemError)" }
        return ResolveFailure(
            message: "\"\(name)\" does not resolve: \(why); `getent ahosts \(name)` asks the same")
    }
}

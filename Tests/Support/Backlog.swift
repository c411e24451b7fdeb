// SPDX-License-Identifier: Apache-2.0
// What the kernel's table tells of a listening IPv4 socket: who waits in its backlog, and which
// socket it is.

import Foundation

public struct Backlog: Sendable {
    /// Connections that wait to be accepted.
    public let length: Int
    public let inode: String

    public init(_ endpoint: Endpoint) throws {
        guard case .tcp(let host, let port) = endpoint else {
            throw Failure("no IPv4: \(endpoint)")
        }
        // The kernel writes the address as a number in its own byte order, the port as it is.
        let octets = host.split(separator: ".").compactMap { UInt8($0) }
        let place =
            octets.reversed().map { String(format: "%02X", $0) }.joined()
            + String(format: ":%04X", port)
        let table = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)
        for line in table.split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            // sl, local, remote, state, tx:rx, timer, retransmits, uid, timeout, inode; 0A is
            // LISTEN, whose receive queue is its backlog.
            guard words.count > 9, words[1] == place, words[3] == "0A" else { continue }
            length = words[4].split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0
            inode = String(words[9])
            return
        }
        throw Failure("nobody listens on \(endpoint)")
    }
}

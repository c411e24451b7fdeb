// SPDX-License-Identifier: Apache-2.0
// How many TCP connections the kernel has at an IPv4 address, whoever made them.

import Foundation

public enum Connections {
    /// Established at that address, as its listener counts them.
    public static func established(at endpoint: Endpoint) throws -> Int {
        let port = String(format: ":%04X", endpoint.port)
        let table = try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)
        return table.split(separator: "\n").dropFirst().count { line in
            // sl, local, remote, state; 01 is ESTABLISHED.
            let words = line.split(separator: " ", maxSplits: 4)
            return words.count > 3 && words[1].hasSuffix(port) && words[3] == "01"
        }
    }
}

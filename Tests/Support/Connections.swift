// SPDX-License-Identifier: Apache-2.0
// How many TCP connections the kernel has at an IPv4 address, whoever made them.

import Foundation

public enum Connections {
    /// Established at that address, as its listener counts them.
    public static func established(at endpoint: Endpoint) throws -> Int {
        let port = String(format: ":%04X", endpoint.port)
        return try table().split(separator: "\n").dropFirst().count { line in
            // sl, local, remote, state; 01 is ESTABLISHED.
            let words = line.split(separator: " ", maxSplits: 4)
            return words.count > 3 && words[1].hasSuffix(port) && words[3] == "01"
        }
    }

    /// The kernel hands it out page by page, listeners first; Foundation takes one page for all.
    private static func table() throws -> String {
        let file = try checked("open /proc/net/tcp", open("/proc/net/tcp", O_RDONLY | O_CLOEXEC))
        defer { close(file) }
        var text: [UInt8] = []
        var page = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(file, &page, page.count)
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            try checked("read /proc/net/tcp", Int32(count))
            text += page[..<count]
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// How many TCP connections the kernel has at a daemon's listener, in whatever network it runs.

import Foundation

public enum Connections {
    /// Established at the daemon's first listener, as its own end of them tells.
    public static func established(at daemon: Daemon) throws -> Int {
        let port = String(format: ":%04X", daemon.endpoint.port)
        return try table("/proc/\(daemon.child.pid)/net/tcp").split(separator: "\n").dropFirst()
            .count { line in
                // sl, local, remote, state; 01 is ESTABLISHED.
                let words = line.split(separator: " ", maxSplits: 4)
                return words.count > 3 && words[1].hasSuffix(port) && words[3] == "01"
            }
    }

    /// The kernel hands it out page by page, listeners first; Foundation takes one page for all.
    private static func table(_ path: String) throws -> String {
        let file = try checked("open \(path)", open(path, O_RDONLY | O_CLOEXEC))
        defer { close(file) }
        var text: [UInt8] = []
        var page = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(file, &page, page.count)
            if count == 0 { return String(decoding: text, as: UTF8.self) }
            try checked("read \(path)", Int32(count))
            text += page[..<count]
        }
    }
}

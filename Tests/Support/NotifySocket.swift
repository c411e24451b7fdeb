// SPDX-License-Identifier: Apache-2.0
// What systemd is to a service: a datagram socket that hears how it is.

import CLinux
import Foundation

public final class NotifySocket {
    public let path: String
    private let raw: Int32

    public init(_ path: String) throws {
        self.path = path
        raw = clinux_datagram_socket()
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { room in
            withUnsafeBytes(of: address) { room.copyMemory(from: $0) }
        }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        try checked("bind", clinux_bind(raw, &storage, length))
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(raw) }

    /// The next message that has this line; those before it are skipped.
    public func wait(for line: String) throws {
        var heard: [String] = []
        var room = [UInt8](repeating: 0, count: 4096)
        while heard.count < 10_000 {
            let count = recv(raw, &room, room.count, 0)
            guard count >= 0 else { break }
            let lines = String(decoding: room.prefix(count), as: UTF8.self).split(separator: "\n")
            if lines.contains(line[...]) { return }
            heard += lines.map(String.init)
        }
        throw Failure("\(line) was not told; heard were \(heard.suffix(10))")
    }
}

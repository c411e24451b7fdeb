// SPDX-License-Identifier: Apache-2.0
// The other end of sd_notify(3): who hears what a service says.

import CLinux
import Glibc
import Testing

@testable import AttacheCore

/// What systemd is in these tests.
final class Ear {
    let name: String
    private let folder = Scratch()
    private let raw = clinux_datagram_socket()

    init(abstract: Bool) throws {
        name = abstract ? "@" + folder.path : folder.path + "/notify"
        let address = try #require(ServiceManager.address(name))
        #expect(address.withPointer { clinux_bind(raw, $0, $1) } == 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(raw) }

    func next() -> String {
        var room = [UInt8](repeating: 0, count: 4096)
        let count = recv(raw, &room, room.count, 0)
        return String(decoding: room.prefix(max(count, 0)), as: UTF8.self)
    }

    /// What has been said by now; nil: nothing.
    var heard: String? {
        var room = [UInt8](repeating: 0, count: 4096)
        let count = recv(raw, &room, room.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: room.prefix(count), as: UTF8.self)
    }
}

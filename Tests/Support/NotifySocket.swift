// SPDX-License-Identifier: Apache-2.0
// The service manager's end of sd_notify(3): a datagram socket, and what was said to it.

import Foundation

public final class NotifySocket: Sendable {
    private let folder: Folder
    private let fd: Int32

    public init() throws {
        folder = try Folder()
        fd = try checked("socket", socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0))
        let bound = try Endpoint.unix(folder.file("notify")).withAddress { [fd] address, length in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(fd, $0, length) }
        }
        try checked("bind", bound)
    }

    deinit { close(fd) }

    public var environment: [String: String] { ["NOTIFY_SOCKET": folder.file("notify")] }

    /// The next message, by its keys.
    public func next(
        within limit: Duration = .seconds(10), file: String = #fileID, line: Int = #line
    ) throws -> [String: String] {
        let deadline = Deadline.after(limit)
        var wanted = pollfd(fd: fd, events: Int16(POLLIN), revents: 0)
        while poll(&wanted, 1, deadline.milliseconds) <= 0 {
            if deadline.isOver { throw Failure("nothing was notified", file: file, line: line) }
        }
        var room = [UInt8](repeating: 0, count: 4096)
        let count = Int(try checked("recv", Int32(recv(fd, &room, room.count, 0))))
        let text = String(decoding: room[..<count], as: UTF8.self)
        return Dictionary(
            text.split(separator: "\n").map { line in
                let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                return (parts[0], parts.count > 1 ? parts[1] : "")
            }
        ) { $1 }
    }

    /// The next message with this key; those before it are passed over.
    public func next(
        with key: String, within limit: Duration = .seconds(10), file: String = #fileID,
        line: Int = #line
    ) throws -> [String: String] {
        let deadline = Deadline.after(limit)
        while true {
            let message = try next(within: deadline.remaining, file: file, line: line)
            if message[key] != nil { return message }
        }
    }
}

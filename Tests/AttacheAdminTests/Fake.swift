// SPDX-License-Identifier: Apache-2.0
// A process that is asked, and those who ask it.

import AttacheCore
import Glibc
import Synchronization
import Testing

@testable import AttacheAdmin

/// Answers with what it was given and notes what it was told to do.
final class FakeOperations: Operations {
    let sessionCount: Int
    let reloaded: ReloadStatus.Outcome
    let closed = Mutex<[UInt64]>([])
    let drains = Mutex(0)

    init(sessions: Int = 2, reloaded: ReloadStatus.Outcome = .reloaded(changes: "orders added")) {
        sessionCount = sessions
        self.reloaded = reloaded
    }

    func status() -> Status { Samples.status }

    func sessions(limit: Int) -> [SessionStatus] {
        (0..<min(limit, sessionCount)).map { Samples.session(UInt64($0 + 1)) }
    }

    func close(session: UInt64) -> Bool {
        closed.withLock { $0.append(session) }
        return session <= UInt64(sessionCount)
    }

    func reload() -> ReloadStatus {
        ReloadStatus(atNanoseconds: Samples.now, generation: 3, outcome: reloaded)
    }

    func drain() -> Bool {
        drains.withLock { count in
            count += 1
            return count == 1
        }
    }
}

/// A server in a folder of its own, stopped with it.
final class Bench {
    let folder: String
    let path: String
    let operations: FakeOperations
    let server: AdminServer

    init(
        operations: FakeOperations = FakeOperations(), limits: AdminLimits = AdminLimits()
    ) throws {
        signal(SIGPIPE, SIG_IGN)  // As the core does at its start.
        folder = try Bench.newFolder()
        path = folder + "/attache/admin.sock"
        self.operations = operations
        server = try AdminServer(
            path: path, makesFolder: true, desk: Desk(operations: operations, version: "0.1.0"),
            limits: limits)
    }

    deinit {
        server.stop()
        rmdir(folder + "/attache")
        rmdir(folder)
    }

    var client: AdminClient { AdminClient(path: path, patience: .seconds(20)) }

    static func newFolder() throws -> String {
        var template = Array("/tmp/attache-admin-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        return String(cString: made)
    }
}

/// A connection by hand, for what no decent client does.
final class RawClient {
    let descriptor: Int32

    init(_ path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(code == 0)
        // No test hangs on a server that says nothing.
        var time = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    @discardableResult
    func say(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// To the end; nil: no end within 20 s.
    func hear() -> String? {
        var all: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &room, room.count, 0)
            if count == 0 { return String(decoding: all, as: UTF8.self) }
            if count < 0 { return errno == ECONNRESET ? String(decoding: all, as: UTF8.self) : nil }
            all += room[..<count]
        }
    }

    /// Whether the other side has ended, looked at without waiting.
    var isEnded: Bool {
        var byte: UInt8 = 0
        let count = recv(
            descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count == 0 || (count < 0 && errno != EAGAIN)
    }
}

/// Waits for a condition with a deadline.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = Clock.now() + 20_000_000_000
    while !condition() {
        if Clock.now() > deadline { return false }
        Thread.nap(.milliseconds(2))
    }
    return true
}

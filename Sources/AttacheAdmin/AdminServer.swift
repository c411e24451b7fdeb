// SPDX-License-Identifier: Apache-2.0
// The operator's socket: bound for its owner only, served by a thread of its own.

import AttacheCore
import Glibc
import Synchronization

/// Where the socket cannot be had: what, why, what to do.
public struct AdminFailure: Error {
    public let message: String
    /// Another instance listens there, which is no reason not to serve clients.
    public let isTaken: Bool
    public let exitCode: Int32
}

public final class AdminServer: Sendable {
    public let path: String
    private let bell: Bell
    private let thread: Thread
    private let stopped = Atomic(false)

    /// Serves when this has returned. `makesFolder`: the socket's folder is made, for its owner
    /// only, where it is missing.
    public convenience init(
        path: String, makesFolder: Bool, version: String, operations: any Operations
    ) throws(AdminFailure) {
        try self.init(
            path: path, makesFolder: makesFolder,
            desk: Desk(operations: operations, version: version), limits: AdminLimits())
    }

    init(
        path: String, makesFolder: Bool, desk: Desk, limits: AdminLimits
    ) throws(AdminFailure) {
        let socket = try Self.bind(path, makesFolder)
        do throws(Errno) {
            bell = try Bell()
        } catch {
            throw Self.failure(path, error)
        }
        let server: HTTPServer
        do throws(HTTPServer.OutOfMemory) {
            server = try HTTPServer(socket: socket.raw, bell: bell, limits: limits) {
                desk.answer($0)
            }
        } catch {
            throw Self.failure(path, Errno(ENOMEM))
        }
        self.path = path
        // Handed over whole: from here on only its thread touches it.
        nonisolated(unsafe) let handed = server
        do throws(Errno) {
            thread = try Thread.spawn(name: "admin") {
                handed.serve()
                // The socket, and with it the file, goes last.
                withExtendedLifetime(socket) {}
            }
        } catch {
            throw Self.failure(path, error)
        }
    }

    /// Answers on their way have a moment; then the file is gone. Once more does nothing.
    public func stop() {
        if stopped.exchange(true, ordering: .relaxed) { return }
        bell.ring()
        thread.join()
    }

    private static func bind(
        _ path: String, _ makesFolder: Bool
    ) throws(AdminFailure) -> ListeningSocket {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        if makesFolder, !folder.isEmpty {
            do throws(Errno) {
                try LocalCall.makePrivateFolder(folder)
            } catch {
                throw failure(path, error, "make its folder \(folder)")
            }
        }
        do throws(ListeningSocket.Failure) {
            return try ListeningSocket(unixPath: path, mode: 0o600)
        } catch {
            throw AdminFailure(
                message: "\(error.message)\(hint(error.error, folder))",
                isTaken: error.error.code == EADDRINUSE, exitCode: exitCode(error.error))
        }
    }

    private static func failure(
        _ path: String, _ error: Errno, _ what: String = "serve it"
    ) -> AdminFailure {
        AdminFailure(
            message: "cannot listen on unix:\(path): cannot \(what): \(error)"
                + hint(error, ""), isTaken: false, exitCode: exitCode(error))
    }

    private static func exitCode(_ error: Errno) -> Int32 {
        error.code == EACCES || error.code == EPERM ? ExitCode.permission : ExitCode.failure
    }

    private static func hint(_ error: Errno, _ folder: String) -> String {
        switch error.code {
        case EACCES, EPERM, EROFS:
            "; name a place where uid \(geteuid()) may write by --admin PATH"
        case ENOENT: "; make the folder \(folder), or name another place by --admin PATH"
        case EADDRINUSE: " by --admin PATH"
        default: ""
        }
    }
}

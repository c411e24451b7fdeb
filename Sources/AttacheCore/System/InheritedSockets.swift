// SPDX-License-Identifier: Apache-2.0
// Listening sockets that systemd opened for us and handed over by name (sd_listen_fds(3)).

import Glibc

/// The descriptors stay open as long as the process: systemd has them too, so closing ours would
/// close nothing, and a listener that a reload brings back finds its socket again. Each listener
/// gets a duplicate.
struct InheritedSockets: Sendable {
    static let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
    /// More than any unit has; fewer than would make the loop long.
    static let countMax = 4096

    /// Read at the first use, which is before there are threads (`Process.prepare`).
    static let ofThisProcess = InheritedSockets(Environment.take(variables), process: getpid())

    struct Named: Sendable, Equatable {
        let name: String
        let descriptor: Int32
    }

    /// In the order in which the socket units name them.
    let all: [Named]
    /// Why there are none, although something in the environment speaks of them.
    let problem: String?

    /// - Parameter firstDescriptor: SD_LISTEN_FDS_START.
    init(_ environment: [String: String], process: Int32, firstDescriptor: Int32 = 3) {
        switch Self.read(environment, process: process, firstDescriptor) {
        case .success(let all): (self.all, problem) = (all, nil)
        case .failure(let why): (all, problem) = ([], why.message)
        }
        // A child of ours must not hold a port open.
        for socket in all { _ = fcntl(socket.descriptor, F_SETFD, FD_CLOEXEC) }
    }

    struct Unreadable: Error {
        let message: String
    }

    static func read(
        _ environment: [String: String], process: Int32, _ firstDescriptor: Int32 = 3
    ) -> Result<[Named], Unreadable> {
        guard let countText = environment["LISTEN_FDS"] else { return .success([]) }
        guard let count = Int(countText), (0...countMax).contains(count) else {
            return .failure(Unreadable(message: "LISTEN_FDS=\(countText) is no number of sockets"))
        }
        let owner = environment["LISTEN_PID"] ?? ""
        guard Int32(owner) == process else {
            return .failure(
                Unreadable(
                    message: "the sockets were meant for process \(owner) and this is "
                        + "\(process): ExecStart= must start attache itself, not through a shell"))
        }
        // Before systemd 227 nobody named them; sd_listen_fds_with_names(3) calls them so.
        var names = [String](repeating: "unknown", count: count)
        if let text = environment["LISTEN_FDNAMES"], count > 0 {
            names = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        }
        guard names.count == count else {
            return .failure(
                Unreadable(message: "LISTEN_FDNAMES has \(names.count) names for \(count) sockets"))
        }
        return .success(
            names.enumerated().map {
                Named(name: $0.element, descriptor: firstDescriptor + Int32($0.offset))
            })
    }

    /// All sockets of that name, or why there are none.
    func listening(_ name: String) throws(ListeningSocket.Failure) -> [ListeningSocket] {
        func failed(_ why: String) -> ListeningSocket.Failure {
            .init(message: "cannot listen on systemd:\(name): \(why)", error: Errno(ENOENT))
        }
        if let problem { throw failed(problem) }
        if all.isEmpty {
            throw failed(
                "systemd handed over no socket; start attache by its socket unit (a unit with "
                    + "FileDescriptorName=\(name) beside the service), or name an address")
        }
        var sockets: [ListeningSocket] = []
        for socket in all where socket.name == name {
            sockets.append(try ListeningSocket(inherited: socket.descriptor, name: name))
        }
        if sockets.isEmpty {
            var seen: Set<String> = []
            let names = all.map(\.name).filter { seen.insert($0).inserted }
            throw failed(
                "no socket has that name, there are \(names.joined(separator: ", ")); "
                    + "it is set by FileDescriptorName= in the socket unit")
        }
        return sockets
    }
}

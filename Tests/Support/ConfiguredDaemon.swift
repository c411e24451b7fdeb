// SPDX-License-Identifier: Apache-2.0
// `attache run` with a file of its own, which a test may write anew, and an operator's socket.

import Foundation

public final class ConfiguredDaemon: Sendable {
    public let daemon: Daemon
    private let configuration: Configuration

    /// A folder with the file; what the file names may lie beside it.
    public struct Configuration: Sendable {
        public let folder: Folder
        public var file: String { folder.file("attache.yaml") }
        public var admin: String { folder.file("admin.sock") }

        public init(_ text: String) throws {
            folder = try Folder()
            try write(text)
        }

        /// With the operator's socket, which in its usual place might be that of another test.
        public func write(_ text: String) throws {
            try folder.write("attache.yaml", text + "\nadmin: {bind: \"unix:\(admin)\"}\n")
        }
    }

    private init(_ configuration: Configuration, _ daemon: Daemon) {
        self.configuration = configuration
        self.daemon = daemon
    }

    /// Runs the body beside a daemon, which must live through it and then end well on SIGTERM.
    public static func with<Answer>(
        _ text: String, environment: [String: String] = [:],
        _ body: (ConfiguredDaemon) throws -> Answer
    ) throws -> Answer {
        try with(Configuration(text), environment: environment, body)
    }

    public static func with<Answer>(
        _ configuration: Configuration, environment: [String: String] = [:],
        _ body: (ConfiguredDaemon) throws -> Answer
    ) throws -> Answer {
        try Daemon.with(
            ["run", "-c", configuration.file], environment: environment
        ) { try body(ConfiguredDaemon(configuration, $0)) }
    }

    public var folder: Folder { configuration.folder }
    public var child: Child { daemon.child }

    public func connect(
        _ listener: String, tls: TLSContext? = nil, session: TLSSession? = nil
    ) throws -> Peer {
        try Peer.connect(to: daemon.endpoint(listener), tls: tls, session: session)
    }

    // MARK: Reloading

    /// Nothing happens before a reload.
    public func write(_ text: String) throws { try configuration.write(text) }

    /// Writes the file anew and reloads it; hands out the `reloaded` line.
    @discardableResult
    public func reload(
        _ text: String, file: String = #fileID, line: Int = #line
    ) throws -> String {
        try configuration.write(text)
        return try daemon.reload(file: file, line: line)
    }

    /// The same for a file that must be refused; hands out the line that says why.
    @discardableResult
    public func reloadInVain(
        _ text: String, file: String = #fileID, line: Int = #line
    ) throws -> String {
        try configuration.write(text)
        return try daemon.reloadInVain(file: file, line: line)
    }

    // MARK: Asking

    /// `attache WORDS --admin …`, to its end.
    public func ask(
        _ words: String...
    ) throws -> (exit: Child.Exit, output: [String], errors: [String]) {
        let child = try Daemon.start(words + ["--admin", configuration.admin])
        defer { child.destroy() }
        let exit = try child.waitForExit()
        return (exit, child.output, child.errors)
    }
}

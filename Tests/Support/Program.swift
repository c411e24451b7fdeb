// SPDX-License-Identifier: Apache-2.0
// Real programs that the tests use: found or named with their Debian package, and run to
// completion.

import Foundation

public struct Program: Sendable {
    public let path: String

    /// The Debian package of each program, for the message that somebody reads on a bare machine.
    private static let packages = [
        "redis-server": "redis-server", "redis-cli": "redis-tools", "openssl": "openssl",
        "redis-benchmark": "redis-tools", "nginx": "nginx-light libnginx-mod-stream",
        "nft": "nftables", "ip": "iproute2", "strace": "strace", "prlimit": "util-linux",
        "unshare": "util-linux", "nsenter": "util-linux", "setpriv": "util-linux",
        "psql": "postgresql-client", "pgbench": "postgresql", "postgres": "postgresql",
        "initdb": "postgresql", "mosquitto": "mosquitto", "mosquitto_pub": "mosquitto-clients",
        "mosquitto_sub": "mosquitto-clients", "cmp": "diffutils",
        "bash": "bash", "sleep": "coreutils", "cat": "coreutils", "mount": "mount",
        "nghttpx": "nghttp2-proxy",
        "systemd-analyze": "systemd", "systemd-socket-activate": "systemd",
    ]

    /// A missing program is a failure, never a test that is skipped.
    public init(_ name: String, alsoIn others: [String] = []) throws {
        let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let places = others + paths.map(String.init) + ["/usr/sbin", "/sbin", "/usr/bin"]
        for place in places where access("\(place)/\(name)", X_OK) == 0 {
            path = "\(place)/\(name)"
            return
        }
        let package = Program.packages[name] ?? name
        throw Failure("\(name) is missing: apt-get install \(package)")
    }

    public func start(_ arguments: [String], through prefix: [String] = []) throws -> Child {
        try Child([path] + arguments, through: prefix)
    }

    /// Runs to the end; the caller looks at the code.
    public func run(
        _ arguments: [String], through prefix: [String] = [], within limit: Duration = .seconds(30)
    ) throws -> (exit: Child.Exit, output: [String], errors: [String]) {
        let child = try start(arguments, through: prefix)
        defer { child.destroy() }
        let exit = try child.waitForExit(within: limit)
        return (exit, child.output, child.errors)
    }

    /// Runs to the end, which must be a good one; hands out the lines.
    @discardableResult
    public func lines(
        _ arguments: [String], through prefix: [String] = [], within limit: Duration = .seconds(30)
    ) throws -> [String] {
        let (exit, output, errors) = try run(arguments, through: prefix, within: limit)
        guard exit == .code(0) else {
            throw Failure(
                "\(path) \(arguments): \(exit) \((errors + output).joined(separator: " "))")
        }
        return output
    }
}

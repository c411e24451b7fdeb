// SPDX-License-Identifier: Apache-2.0
// A network (and mount) namespace of a test: its own loopback, nftables and hosts file. Needs root.

import Foundation

public final class Namespace: Sendable {
    private let holder: Child
    private let folder: Folder

    /// `hosts`: the lines of /etc/hosts that programs see which are started `inside`.
    public init(hosts: String? = nil) throws {
        folder = try Folder()
        let ip = try Program("ip").path
        var script = "\(ip) link set lo up && "
        if let hosts {
            let file = try folder.write("hosts", hosts)
            script += "mount --bind \(file) /etc/hosts && "
        }
        script += "echo ready && exec sleep 3600"
        _ = try Program("mount")
        holder = try Child(
            [try Program("unshare").path, "--net", "--mount", "bash", "-c", script])
        try holder.wait("namespace") { $0.first { $0 == "ready" } }
    }

    deinit { holder.destroy() }

    /// The words before a command that is to run inside.
    public var prefix: [String] { ["nsenter", "--target", "\(holder.pid)", "--net", "--mount"] }

    /// Runs the body on a thread inside: sockets made there belong to the namespace for ever.
    public func inside<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws
        -> Value
    {
        let path = "/proc/\(holder.pid)/ns/net"
        return try Background {
            let fd = try checked("open \(path)", open(path, O_RDONLY | O_CLOEXEC))
            defer { close(fd) }
            try checked("setns", Namespace.setns(fd, 0))
            return try body()
        }.value()
    }

    /// The kernel's bounds of what a socket may hold that was sent, or came and was not read; else
    /// it lets one that stands still hold megabytes.
    public func limitBuffers(_ bytes: Int) throws {
        let script = """
            cd /proc/sys/net/ipv4
            echo 4096 131072 \(bytes) >tcp_rmem && echo 4096 16384 \(bytes) >tcp_wmem
            """
        try Program("bash").lines(["-c", script], through: prefix)
    }

    /// Drops every packet that matches, from now on: `tcp dport 80`, `ip daddr 127.0.0.2`.
    public func drop(_ matches: String...) throws {
        let chain =
            "add table inet cut; add chain inet cut in { type filter hook input priority 0; }; "
        let rules = matches.map { "add rule inet cut in \($0) counter drop; " }.joined()
        try Program("nft").lines([chain + rules], through: prefix)
    }

    /// Packets dropped so far: a test that never dropped one proves nothing.
    public func droppedPackets() throws -> Int {
        let lines = try Program("nft").lines(["list", "table", "inet", "cut"], through: prefix)
        return try lines.reduce(0) { sum, line in
            sum + (try #/packets (\d+)/#.firstMatch(in: line).map { Int($0.1)! } ?? 0)
        }
    }

    /// glibc's header hides it behind _GNU_SOURCE.
    private static func setns(_ fd: Int32, _ kind: Int32) -> Int32 {
        typealias Call = @convention(c) (Int32, Int32) -> Int32
        return unsafeBitCast(dlsym(nil, "setns"), to: Call.self)(fd, kind)
    }
}

// SPDX-License-Identifier: Apache-2.0
// A dial and its owner on an event loop of their own, run on the test's thread until it is decided.

import Glibc
import Testing

@testable import AttacheCore

/// Owns its dial as a session does.
final class DialBench: Wakeable {
    enum Outcome {
        case waiting
        case ready(any Side)
        case failed(DialFailure)

        var failure: DialFailure? {
            if case .failed(let failure) = self { failure } else { nil }
        }
        var side: (any Side)? {
            if case .ready(let side) = self { side } else { nil }
        }
    }
    private let loop: EventLoop
    private let outbound: Outbound
    let upstream: Upstream
    private var begun: Dial?
    private(set) var outcome = Outcome.waiting
    /// Called each time the dial has to wait.
    var onWaiting: () -> Void = {}

    init(
        _ endpoints: [Address], connect: Duration = .seconds(20), tls: ClientTLSSettings? = nil,
        lookup: @escaping Resolver.Lookup = { .failure(ResolveFailure(message: "asked for \($0)")) }
    ) throws {
        loop = try EventLoop()
        let works = try #require(TLSWorks())
        outbound = Outbound(
            loop: loop, works: works,
            tunnels: TunnelWorks(loop: loop, scratch: AttacheCore.Scratch()),
            resolver: Resolver(lookup: lookup, idleKept: .zero))
        var settings = UpstreamSettings(name: "test", destination: .endpoints(endpoints))
        settings.connectTimeout = connect
        settings.tls = tls
        upstream = try Upstream(settings)
    }

    var dial: Dial {
        if let begun { return begun }
        let token = loop.register(self)
        let dial = Dial(upstream, outbound, for: token)
        begun = dial
        loop.wake(token)
        return dial
    }

    /// Until it is decided, or somebody stops.
    func settle() -> Outcome {
        _ = dial
        loop.run {}
        return outcome
    }

    func stop() { loop.stop() }

    func note(_ events: UInt32, part: Int) { dial.note(events, part: part) }

    func receive(_ message: any Sendable) {
        if let resolved = message as? Outbound.Resolved { dial.receive(resolved) }
    }

    func run() {
        // A timer may still come in the turn that decided it.
        guard case .waiting = outcome else { return }
        switch dial.advance() {
        case .waiting:
            outcome = .waiting
            return onWaiting()
        case .ready(let side, _): outcome = .ready(side)
        case .failed(let why): outcome = .failed(why)
        }
        stop()
    }

    func sweep(now: UInt64) -> UInt64 {
        if now >= dial.deadline { run() }
        return dial.deadline
    }
}

/// Sockets of this process, whatever else runs in it, that are connected or connecting to a port.
enum OpenSockets {
    static func to(_ port: UInt16) -> Int {
        let ours = descriptors()
        return remotes(port).count { ours.contains("socket:[\($0)]") }
    }

    /// What the links of /proc/self/fd say.
    private static func descriptors() -> Set<String> {
        var found: Set<String> = []
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            var target = [UInt8](repeating: 0, count: 100)
            let count = readlink("/proc/self/fd/" + name, &target, target.count)
            if count > 0 { found.insert(String(decoding: target.prefix(count), as: UTF8.self)) }
        }
        return found
    }

    /// Inodes of the TCP sockets with that remote port.
    private static func remotes(_ port: UInt16) -> [String] {
        var text = ""
        let file = open("/proc/self/net/tcp", O_RDONLY)
        defer { close(file) }
        var room = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &room, room.count)
            if count <= 0 { break }
            text += String(decoding: room.prefix(count), as: UTF8.self)
        }
        return text.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, let remote = fields[2].split(separator: ":").last,
                UInt16(remote, radix: 16) == port
            else { return nil }
            return String(fields[9])
        }
    }
}

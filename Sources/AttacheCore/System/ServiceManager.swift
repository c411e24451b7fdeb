// SPDX-License-Identifier: Apache-2.0
// What systemd hears of us: ready, reloading, stopping, alive (the protocol of sd_notify(3)).

import CLinux
import Glibc

/// One datagram a message. No call blocks, and nothing fails: a service manager that does not
/// listen is no reason to stop. Without one every call does nothing.
struct ServiceManager: Sendable {
    static let variables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]

    /// How often `watchdog()` is expected: half of what the service manager waits, as
    /// sd_watchdog_enabled(3) recommends. nil: it does not watch us.
    let watchdogInterval: Duration?
    private let mouth: Mouth?

    /// At the start, before there are threads: the variables are taken out of the environment.
    static func fromEnvironment() -> ServiceManager {
        ServiceManager(Environment.take(variables), process: getpid())
    }

    init(_ environment: [String: String], process: Int32) {
        mouth = environment["NOTIFY_SOCKET"].flatMap(Self.address).map(Mouth.init)
        watchdogInterval = Self.interval(environment, process: process)
    }

    /// Everything is loaded and bound, or a reload is done. `status` is what `systemctl status`
    /// shows.
    func ready(status: String) { say("READY=1\nSTATUS=\(Self.line(status))") }

    func status(_ status: String) { say("STATUS=\(Self.line(status))") }

    /// Followed by `ready`. The time is what `Type=notify-reload` wants (systemd 253).
    func reloading() { say("RELOADING=1\nMONOTONIC_USEC=\(Clock.now() / 1000)") }

    func stopping() { say("STOPPING=1") }

    func watchdog() { say("WATCHDOG=1") }

    private func say(_ message: String) { mouth?.say(message) }

    /// A line end would begin a message of its own.
    private static func line(_ text: String) -> String {
        String(text.map { $0.isNewline ? " " : $0 })
    }

    /// `/path` or `@abstract`; what newer ones have beside these (vsock:) is for virtual machines.
    static func address(_ text: String) -> SocketAddress? {
        if text.hasPrefix("@") { return SocketAddress(abstract: String(text.dropFirst())) }
        return text.hasPrefix("/") ? SocketAddress(.unix(text)) : nil
    }

    private static func interval(_ environment: [String: String], process: Int32) -> Duration? {
        guard let text = environment["WATCHDOG_USEC"], let microseconds = Int64(text),
            microseconds > 1
        else { return nil }
        if let watched = environment["WATCHDOG_PID"], Int32(watched) != process { return nil }
        return .microseconds(microseconds / 2)
    }
}

/// A socket of its own, made once: when descriptors have run out the watchdog is still answered.
private final class Mouth: Sendable {
    private let socket: Descriptor
    private let address: SocketAddress

    init(_ address: SocketAddress) {
        self.address = address
        socket = Descriptor(adopting: clinux_datagram_socket())
    }

    func say(_ message: String) {
        var message = message
        message.withUTF8 { bytes in
            _ = address.withPointer {
                clinux_send_datagram(socket.raw, bytes.baseAddress, bytes.count, $0, $1)
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Where clients come in: one of these a worker and bound socket, all of them on the same socket.

import Glibc

/// The socket stays when a reload brings another entrance for it.
final class Listener: Wakeable {
    /// Of the sessions that begin from now on.
    var entrance: Entrance
    private let worker: Worker
    /// nil: closed.
    private(set) var socket: ListeningSocket?
    private var token = Token(raw: 0)
    private var isWatching = false

    var name: String { entrance.name }

    init(_ door: Generation.Door, worker: Worker) {
        entrance = door.entrance
        socket = door.socket
        self.worker = worker
    }

    func begin() {
        token = worker.loop.register(self)
        watch()
    }

    func note(_ events: UInt32, part: Int) {}
    func receive(_ message: any Sendable) {}
    func sweep(now: UInt64) -> UInt64 { .max }

    /// Events, or the end of a pause.
    func run() {
        guard let socket else { return }
        watch()
        guard isWatching else { return }
        for _ in 0..<Limits.acceptsPerTurn {
            if !reserve() { return pause(Limits.capPause) }
            guard let (raw, peer) = socket.accept() else {
                let why = Errno()
                giveUp()
                return stopped(why)
            }
            hand(raw, peer)
        }
        // The socket is level-triggered: the next wait tells of the rest.
    }

    /// Room in the process and in this listener for one more.
    private func reserve() -> Bool {
        guard entrance.tally.reserve(limit: entrance.settings.sessions) else { return false }
        if worker.placement.reserve() { return true }
        entrance.tally.leave()
        return false
    }

    private func giveUp() {
        worker.placement.giveUp()
        entrance.tally.leave()
    }

    /// To the worker with the fewest sessions.
    private func hand(_ raw: Int32, _ peer: SocketAddress) {
        let entrance = entrance
        guard entrance.settings.sources.admits(peer) else {
            giveUp()
            return worker.refuse(Descriptor(adopting: raw), peer, entrance)
        }
        let chosen = worker.placement.place(preferring: worker.index)
        if chosen == worker.index {
            worker.admit(Descriptor(adopting: raw), peer, entrance)
        } else {
            let handover = Worker.Handover(entrance: entrance, raw: raw, peer: peer)
            worker.colleagues[chosen].post(handover, to: Worker.mailToken)
        }
    }

    // MARK: pausing

    private func watch() {
        if isWatching || isPaused { return }
        guard let socket else { return }
        isWatching = worker.loop.watchListener(socket.raw, token)
        if !isWatching { pause(Limits.acceptPause) }
    }

    private var pausedUntil: UInt64 = 0
    private var isPaused: Bool { worker.loop.now < pausedUntil }

    /// Clients wait in the kernel's backlog meanwhile; nothing spins.
    private func pause(_ time: Duration) {
        if isWatching, let socket { worker.loop.forgetListener(socket.raw) }
        isWatching = false
        pausedUntil = worker.loop.now + time.nanoseconds
        worker.loop.wake(token, at: pausedUntil)
    }

    private func stopped(_ why: Errno) {
        if why.code == EAGAIN { return worker.acceptingWorks(self) }
        worker.acceptingFails(self, why)
        pause(Limits.acceptPause)
    }

    /// Takes whom the backlog holds, then closes: closing over them would reset them. The backlog
    /// of an inherited socket outlives us, for whoever inherits it next.
    func close(takingAtMost most: Int = Limits.acceptsAtCloseMax) {
        guard let socket else { return }
        for _ in 0..<(socket.isInherited ? 0 : most) {
            guard let (raw, peer) = socket.accept() else { break }
            worker.placement.reserveBeyondLimit()
            _ = entrance.tally.reserve(limit: nil)
            hand(raw, peer)
        }
        if isWatching { worker.loop.forgetListener(socket.raw) }
        isWatching = false
        self.socket = nil
        worker.loop.release(token)
    }
}

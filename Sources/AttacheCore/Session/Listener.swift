// SPDX-License-Identifier: Apache-2.0
// Where clients come in: one of these a worker and bound socket, all of them on the same socket.

import Glibc

/// What all workers share of a listener; immutable.
final class Entrance: Sendable {
    let settings: ListenerSettings
    /// nil: clients speak plaintext.
    let tls: TLSContext?
    let upstream: Upstream

    init(_ settings: ListenerSettings, _ upstream: Upstream) throws(ConfigurationProblem) {
        self.settings = settings
        self.upstream = upstream
        if let tls = settings.tls {
            self.tls = try TLSContext(server: tls, listener: settings.name)
        } else {
            tls = nil
        }
    }
}

final class Listener: Wakeable {
    let entrance: Entrance
    /// In session lines: as configured, or where it is bound.
    let name: String
    private let worker: Worker
    /// Its place in the worker's list, the same on every worker.
    private let index: Int
    /// nil: closed, the listener only serves the sessions it has.
    private var socket: ListeningSocket?
    private var token = Token(raw: 0)
    private var isWatching = false

    var settings: ListenerSettings { entrance.settings }
    var upstream: Upstream { entrance.upstream }

    init(_ entrance: Entrance, _ socket: ListeningSocket, index: Int, worker: Worker) {
        self.entrance = entrance
        self.socket = socket
        let settings = entrance.settings
        let isNamed = settings.name != settings.bind.description
        name = isNamed ? settings.name : socket.address.description
        self.index = index
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
            if !worker.placement.reserve() { return pause(Limits.capPause) }
            guard let (raw, peer) = socket.accept() else {
                let why = Errno()
                worker.placement.giveUp()
                return stopped(why)
            }
            hand(raw, peer)
        }
        // The socket is level-triggered: the next wait tells of the rest.
    }

    /// To the worker with the fewest sessions.
    private func hand(_ raw: Int32, _ peer: SocketAddress) {
        let chosen = worker.placement.place(preferring: worker.index)
        if chosen == worker.index {
            admit(Descriptor(adopting: raw), peer)
        } else {
            let handover = Worker.Handover(listener: index, raw: raw, peer: peer)
            worker.colleagues[chosen].post(handover, to: Worker.mailToken)
        }
    }

    /// A session begins; it has been counted.
    func admit(_ descriptor: consuming Descriptor, _ peer: SocketAddress) {
        let wire = Socket(descriptor, isUnix: peer.family == AF_UNIX)
        guard let side = clientSide(over: wire) else {
            wire.lingerZero()
            worker.log.event(
                .listener, folding: "memory", "no memory for one more TLS client; it was refused")
            return worker.sessionEnded()
        }
        let session = Session(side, peer: peer, listener: self, worker: worker)
        if !session.begin() {
            let why = Errno()
            worker.log.event(
                .listener, folding: "watch", "cannot watch one more client: \(why); it was refused")
            worker.sessionEnded()
        }
    }

    private func clientSide(over wire: Socket) -> (any Side)? {
        guard let context = entrance.tls else { return PlainSide(wire) }
        return TLSEnd(wire, role: .server, context: context, serverName: nil, works: worker.works)
            .map(TLSSide.init)
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

    /// Takes whom the backlog holds, then closes: closing over them would reset them.
    func close() {
        guard let socket else { return }
        while let (raw, peer) = socket.accept() {
            worker.placement.reserveBeyondLimit()
            hand(raw, peer)
        }
        if isWatching { worker.loop.forgetListener(socket.raw) }
        isWatching = false
        self.socket = nil
        worker.loop.release(token)
    }
}

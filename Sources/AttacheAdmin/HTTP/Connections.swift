// SPDX-License-Identifier: Apache-2.0
// The connections that evhttp serves: counted, and each with a deadline, which evhttp has not.

import AttacheCore
import CEvent
import Glibc

/// evhttp tells when a connection begins (`bevcb`) and not when it ends. So each bufferevent is
/// made here and counted up once more: it stays valid until it is let go here, and its descriptor,
/// closed only then, is no other's. One whose callbacks are gone has been freed by evhttp
/// (`bufferevent_free` clears them); one whose time is over is shut down: evhttp sees its end and
/// frees it.
final class Connections {
    private struct Connection {
        let bufferevent: OpaquePointer
        var deadline: UInt64
    }
    private let limits: AdminLimits
    private var all: [Connection] = []

    init(_ limits: AdminLimits) { self.limits = limits }

    var isEmpty: Bool { all.isEmpty }
    var isFull: Bool { all.count >= limits.connections }

    /// Answers that their readers have not taken yet.
    var unreadBytes: Int {
        all.reduce(0) { $0 + evbuffer_get_length(bufferevent_get_output($1.bufferevent)) }
    }

    /// evhttp gives it its descriptor and callbacks when this has returned.
    func admit(_ base: OpaquePointer?) -> OpaquePointer? {
        let options = Int32(BEV_OPT_CLOSE_ON_FREE.rawValue)
        guard let bufferevent = bufferevent_socket_new(base, -1, options) else { return nil }
        bufferevent_setwatermark(
            bufferevent, Int16(EV_READ), 0, AdminLimits.readAheadBytesMax)
        bufferevent_incref(bufferevent)
        all.append(Connection(bufferevent: bufferevent, deadline: deadline(limits.deadline)))
        return bufferevent
    }

    /// The answer may have taken its time, as a reload does; its reader has the whole limit.
    func answered(_ connection: OpaquePointer?) {
        guard let connection else { return }
        let bufferevent = evhttp_connection_get_bufferevent(connection)
        guard let index = all.firstIndex(where: { $0.bufferevent == bufferevent }) else { return }
        all[index].deadline = deadline(limits.deadline)
    }

    func sweep() {
        let now = Clock.now()
        all.removeAll { connection in
            if isFreed(connection.bufferevent) {
                bufferevent_decref(connection.bufferevent)
                return true
            }
            if now >= connection.deadline {
                shutdown(bufferevent_getfd(connection.bufferevent), Int32(SHUT_RDWR))
            }
            return false
        }
    }

    /// The process ends.
    func hurry() {
        let soon = deadline(AdminLimits.lastAnswers)
        for index in all.indices { all[index].deadline = min(all[index].deadline, soon) }
    }

    /// evhttp has freed its own share.
    func forgetAll() {
        for connection in all { bufferevent_decref(connection.bufferevent) }
        all = []
    }

    private func deadline(_ time: Duration) -> UInt64 { Clock.now() + time.nanoseconds }

    /// Its error callback is what evhttp never takes away from one that lives.
    private func isFreed(_ bufferevent: OpaquePointer) -> Bool {
        var event: bufferevent_event_cb?
        bufferevent_getcb(bufferevent, nil, nil, &event, nil)
        return event == nil
    }
}

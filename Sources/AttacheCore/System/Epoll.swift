// SPDX-License-Identifier: Apache-2.0
// epoll and eventfd, as the event loop needs them.

import CLinux
import Glibc

/// One epoll instance and the array that its events arrive in.
final class Epoll {
    private let descriptor: Descriptor
    /// Valid for `Limits.eventsPerWait` events from init to deinit; touched by `wait` alone.
    private let events = UnsafeMutablePointer<epoll_event>.allocate(
        capacity: Limits.eventsPerWait)

    init() throws(Errno) {
        let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
        if raw < 0 { throw Errno() }
        descriptor = Descriptor(adopting: raw)
    }

    deinit { events.deallocate() }

    /// A stream socket: added once, edge-triggered, never changed.
    func watchStream(_ raw: Int32, token: UInt64) -> Bool {
        add(
            raw, token,
            EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue)
    }

    /// A listening socket that every worker watches: one of them is woken.
    func watchListener(_ raw: Int32, token: UInt64) -> Bool {
        add(raw, token, EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue)
    }

    func watchSignal(_ raw: Int32, token: UInt64) -> Bool {
        add(raw, token, EPOLLIN.rawValue)
    }

    private func add(_ raw: Int32, _ token: UInt64, _ flags: UInt32) -> Bool {
        var event = epoll_event(events: flags, data: epoll_data_t(u64: token))
        return epoll_ctl(descriptor.raw, EPOLL_CTL_ADD, raw, &event) == 0
    }

    func forget(_ raw: Int32) {
        var event = epoll_event()
        _ = epoll_ctl(descriptor.raw, EPOLL_CTL_DEL, raw, &event)
    }

    /// Waits at most `milliseconds` (-1: for ever) and hands on each event.
    func wait(milliseconds: Int32, _ body: (_ token: UInt64, _ events: UInt32) -> Void) {
        let count = epoll_wait(
            descriptor.raw, events, Int32(Limits.eventsPerWait), milliseconds)
        var index = 0
        while index < Int(count) {
            body(events[index].data.u64, events[index].events)
            index += 1
        }
    }
}

/// An eventfd: any thread rings, one loop hears.
package final class Bell: Sendable {
    private let descriptor: Descriptor

    package init() throws(Errno) {
        let raw = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        if raw < 0 { throw Errno() }
        descriptor = Descriptor(adopting: raw)
    }

    package var raw: Int32 { descriptor.raw }

    package func ring() { eventfd_write(raw, 1) }

    package func hush() {
        var count: eventfd_t = 0
        eventfd_read(raw, &count)
    }
}

// SPDX-License-Identifier: Apache-2.0
// A timer that an event loop watches: exact where epoll's own patience counts milliseconds.

import CLinux
import Glibc

/// A timerfd. Set again and again; it rings once for each setting.
final class Alarm {
    private let descriptor: Descriptor

    init() throws(Errno) {
        let raw = clinux_timer()
        if raw < 0 { throw Errno() }
        descriptor = Descriptor(adopting: raw)
    }

    var raw: Int32 { descriptor.raw }

    /// Rings at that monotonic time, at once if it has passed; an earlier setting is forgotten.
    func set(at time: UInt64) {
        let code = clinux_timer_set(raw, max(time, 1))
        precondition(code == 0, "a timer takes every time that a clock can show")
    }

    /// Takes note of it; otherwise it would be heard again.
    func hush() {
        var rings: UInt64 = 0
        _ = read(raw, &rings, MemoryLayout<UInt64>.size)
    }
}

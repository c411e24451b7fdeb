// SPDX-License-Identifier: Apache-2.0
// What concerns the whole process: signals, descriptors, core dumps.

import CLinux
import Glibc

enum Process {
    /// Processors it may run on.
    static var processors: Int { Int(clinux_processors()) }

    /// Before any thread is made.
    static func prepare(workers: Int) {
        // splice(2) has no MSG_NOSIGNAL.
        _ = clinux_ignore_signal(SIGPIPE)
        // Keys are in memory: no core file, no other process's eyes.
        _ = clinux_not_dumpable()
        clinux_malloc_arenas(Int32(workers) + 1)
        Signals.block()
        _ = InheritedSockets.ofThisProcess
    }

    /// Gives freed memory back to the kernel: after a burst of sessions glibc keeps its holes.
    static func trimMemory() { _ = clinux_malloc_trim() }

    /// Raises the limit to the hard one; answers what holds now.
    static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard clinux_descriptor_limit(&limit) == 0 else { return 1024 }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            _ = clinux_set_descriptor_limit(&limit)
            _ = clinux_descriptor_limit(&limit)
        }
        return Int(min(limit.rlim_cur, 1 << 24))
    }
}

/// How many sessions and pipes fit into the descriptors there are.
struct DescriptorBudget {
    let sessions: Int
    let pipesPerWorker: Int

    /// A session has two sockets; pipes, two descriptors each, get at most a quarter of the rest.
    init(limit: Int, workers: Int, listeners: Int) {
        let free = max(limit - Limits.reservedDescriptors - 4 * workers - listeners, 4)
        pipesPerWorker = min(Limits.pipesPerWorkerMax, free / 8 / workers)
        sessions = max(1, (free - 2 * pipesPerWorker * workers) / 2)
    }
}

enum Signals {
    private static let awaited = [SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2]

    /// All threads made later inherit it; the control thread waits for them.
    static func block() {
        _ = awaited.withUnsafeBufferPointer {
            clinux_block_signals($0.baseAddress, Int32($0.count))
        }
    }

    /// From any thread: whoever waits for a signal looks around (SIGUSR2, which is nothing else).
    static func wakeWaiter() { kill(getpid(), SIGUSR2) }

    /// The next one; 0 when none came within `milliseconds` (-1: waits for ever).
    static func wait(milliseconds: Int32 = -1) -> Int32 {
        while true {
            let signal = awaited.withUnsafeBufferPointer {
                clinux_wait_signal($0.baseAddress, Int32($0.count), milliseconds)
            }
            if signal != 0 || milliseconds >= 0 { return signal }
        }
    }
}

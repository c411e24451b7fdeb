// SPDX-License-Identifier: Apache-2.0
// State under a lock that threads can wait upon, and that Thread Sanitizer sees: Mutex is neither.

import Glibc

/// Where nobody waits, `wake()` costs no system call (glibc counts the waiters).
final class Monitor<State>: @unchecked Sendable {
    private var state: State
    /// Their addresses are what the kernel knows them by, so they never move.
    private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ state: sending State) {
        self.state = state
        pthread_mutex_init(lock, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // A step of the wall clock must neither end a wait nor prolong it.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(lock)
        changed.deallocate()
        lock.deallocate()
    }

    /// `body` must neither block nor call others: everybody waits for it.
    func withLock<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body(&state)
    }

    /// Every waiting thread looks again. Called after the lock was given back.
    func wake() {
        pthread_cond_broadcast(changed)
    }

    /// Waits until `body` finds what it wants; nil when the deadline (monotonic; nil: never) passes
    /// first. `body` is asked at once, after each `wake()` and at the deadline.
    func wait<Result>(until deadline: UInt64?, for body: (inout State) -> Result?) -> Result? {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if let result = body(&state) { return result }
            guard let deadline else {
                pthread_cond_wait(changed, lock)
                continue
            }
            var time = timespec(
                tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
            if pthread_cond_timedwait(changed, lock, &time) == ETIMEDOUT { return body(&state) }
        }
    }
}

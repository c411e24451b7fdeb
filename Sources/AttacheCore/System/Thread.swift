// SPDX-License-Identifier: Apache-2.0
// A named kernel thread that runs one closure: workers, the log, the resolver.

import CLinux
import Glibc
import Synchronization

/// Detached as soon as nobody holds it; `join()` waits for its end.
package final class Thread: Sendable {
    private let handle: pthread_t
    /// Set by the one who joins; a thread may be joined or detached once only.
    private let joined = Atomic(false)

    private init(handle: pthread_t) {
        self.handle = handle
    }

    /// Fails with EAGAIN: too many threads (`ulimit -u`), or no memory for one more stack.
    /// The kernel keeps 15 bytes of `name`; `ps -L` and `top -H` show them.
    @discardableResult
    package static func spawn(
        name: String, _ body: @escaping @Sendable () -> Void
    ) throws(Errno) -> Thread {
        let work = Unmanaged.passRetained(Work(name: name, body: body))
        var handle = pthread_t()
        let code = pthread_create(&handle, nil, runWork, work.toOpaque())
        guard code == 0 else {
            work.release()
            throw Errno(code)
        }
        return Thread(handle: handle)
    }

    /// Waits until the closure has returned.
    package func join() {
        let before = joined.exchange(true, ordering: .acquiringAndReleasing)
        precondition(!before, "a thread is joined once")
        let code = pthread_join(handle, nil)
        precondition(code == 0, "only a thread that joins itself cannot be joined")
    }

    /// The calling thread does nothing for so long, or a little less if a signal comes.
    package static func nap(_ time: Duration) {
        let nanoseconds = time.nanoseconds
        var left = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        nanosleep(&left, nil)
    }

    deinit {
        if !joined.load(ordering: .acquiring) { pthread_detach(handle) }
    }
}

/// What crosses pthread_create as one pointer.
private final class Work: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

/// A global function, not a closure: only this converts to a C function without an actor's checks.
private func runWork(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let pointer else { return nil }
    let work = Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue()
    // Longer than 15 bytes and the kernel refuses it; cut between characters.
    var name = work.name
    while name.utf8.count > 15 { name.removeLast() }
    _ = clinux_thread_name(name)
    work.body()
    return nil
}

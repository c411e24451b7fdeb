// SPDX-License-Identifier: Apache-2.0
// Promises of Thread, and of the Monitor that threads wait upon.

import Glibc
import Synchronization
import Testing

@testable import AttacheCore

struct ThreadTests {
    @Test(arguments: [
        ("worker-3", "worker-3"), ("fifteen-letters", "fifteen-letters"),
        ("sixteen-letters!", "sixteen-letters"), ("", ""),
        ("fourteen-bytes\u{e9}", "fourteen-bytes"),
    ])
    func aThreadBearsItsNameCutToFifteenBytes(name: String, seen: String) throws {
        let found = Mutex("")
        try Thread.spawn(name: name) {
            let comm = Self.contents(of: "/proc/thread-self/comm")
            found.withLock { $0 = comm }
        }.join()
        // The kernel keeps what it had (the program's name) rather than none.
        if !seen.isEmpty { #expect(found.withLock { $0 } == seen + "\n") }
    }

    @Test func joinWaitsUntilTheWorkIsDone() throws {
        let gate = Monitor(false)
        let done = Atomic(false)
        let thread = try Thread.spawn(name: "joined") {
            _ = gate.wait(until: nil) { $0 ? () : nil }
            done.store(true, ordering: .releasing)
        }
        let early = done.load(ordering: .acquiring)
        #expect(!early)
        gate.withLock { $0 = true }
        gate.wake()
        thread.join()
        let late = done.load(ordering: .acquiring)
        #expect(late)
    }

    @Test func aThreadNobodyHoldsRunsOn() throws {
        let ran = Monitor(false)
        try Thread.spawn(name: "detached") {
            ran.withLock { $0 = true }
            ran.wake()
        }
        #expect(ran.wait(until: Clock.now() + 10_000_000_000) { $0 ? true : nil } == true)
    }

    @Test func aWaitEndsAtItsDeadline() {
        let monitor = Monitor(0)
        let start = Clock.now()
        let found: Int? = monitor.wait(until: start + 20_000_000) { $0 > 0 ? $0 : nil }
        #expect(found == nil)
        #expect(Clock.now() >= start + 20_000_000)
    }

    @Test func aWaitSeesWhatIsThereAlreadyEvenPastItsDeadline() {
        #expect(Monitor(7).wait(until: 0) { $0 } == 7)
    }

    @Test func noWakeIsLostBetweenManyThreads() throws {
        let monitor = Monitor((tickets: 0, taken: 0))
        let threads = try (0..<4).map { index in
            try Thread.spawn(name: "taker-\(index)") {
                for _ in 0..<1000 {
                    _ = monitor.wait(until: nil) { state -> Void? in
                        guard state.tickets > 0 else { return nil }
                        state.tickets -= 1
                        state.taken += 1
                        return ()
                    }
                }
            }
        }
        for _ in 0..<4000 {
            monitor.withLock { $0.tickets += 1 }
            monitor.wake()
        }
        for thread in threads { thread.join() }
        #expect(monitor.withLock { $0.taken } == 4000)
    }

    private static func contents(of path: String) -> String {
        let descriptor = Descriptor(adopting: open(path, O_RDONLY))
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor.raw, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

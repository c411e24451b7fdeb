// SPDX-License-Identifier: Apache-2.0
// Starts processes from one thread that lives as long as the tests, so that their parent-death
// signal means just that.

import CLinux
import Foundation

/// swift-subprocess reads a child's output on the tests' own executor, which blocking peers may
/// occupy whole (it has as many threads as processors); hence posix_spawn and reader threads.
final class Spawner: @unchecked Sendable {
    static let shared = Spawner()

    private let condition = NSCondition()
    private var waiting: [() -> Void] = []

    private init() {
        // Peers write to sockets that were reset; children get the default back.
        signal(SIGPIPE, SIG_IGN)
        Thread { [self] in
            while true {
                condition.lock()
                while waiting.isEmpty { condition.wait() }
                let work = waiting.removeFirst()
                condition.unlock()
                work()
            }
        }.start()
    }

    /// Standard output and error go to these descriptors; everything else of ours is closed on
    /// exec.
    func start(_ arguments: [String], environment: [String: String], output: Int32, errors: Int32)
        throws -> pid_t
    {
        let done = DispatchSemaphore(value: 0)
        nonisolated(unsafe) var answer: Result<pid_t, any Error>?
        condition.withLock {
            waiting.append {
                answer = Result {
                    try Spawner.spawn(
                        arguments, environment: environment, output: output, errors: errors)
                }
                done.signal()
            }
            condition.signal()
        }
        done.wait()
        return try answer!.get()
    }

    private static func spawn(
        _ arguments: [String], environment: [String: String], output: Int32, errors: Int32
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in argv + envp { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, &envp)
        if code != 0 { throw Failure.system("cannot start \(arguments[0])", code) }
        return pid
    }
}

// SPDX-License-Identifier: Apache-2.0
// All workers and their threads, as the control thread speaks to them.

final class Crew {
    private let workers: [Worker]
    private var threads: [Thread] = []
    let mailboxes: [Mailbox]

    var count: Int { workers.count }

    init(
        _ count: Int, serving generation: Generation, placement: Placement, pipes: Int, log: Log,
        tally: Tally
    ) throws(Errno) {
        let resolver = Resolver()
        var workers: [Worker] = []
        for index in 0..<count {
            workers.append(
                try Worker(
                    index: index, generation: generation, resolver: resolver, placement: placement,
                    pipes: pipes, log: log, tally: tally))
        }
        self.workers = workers
        mailboxes = workers.map(\.loop.mailbox)
        for worker in workers { worker.colleagues = mailboxes }
    }

    func start() throws(Errno) {
        for worker in workers {
            // Handed over whole: from here on only its thread touches it, but for its mailbox.
            nonisolated(unsafe) let handed = worker
            threads.append(try Thread.spawn(name: "worker-\(worker.index)") { handed.serve() })
        }
    }

    func tell(_ message: some Sendable) { mailboxes.tell(message) }

    /// false: a worker has not taken it over in time; it will.
    func serve(_ generation: Generation) -> Bool {
        let done = Countdown(count)
        tell(Worker.Serve(generation: generation, done: done))
        return done.wait(until: Clock.now() + Limits.workersAnswer.nanoseconds)
    }

    /// Ends the loops and waits for their threads.
    func stop() {
        tell(Worker.Stop())
        for thread in threads { thread.join() }
    }
}

extension [Mailbox] {
    func tell(_ message: some Sendable) {
        for mailbox in self { mailbox.post(message, to: Worker.mailToken) }
    }
}

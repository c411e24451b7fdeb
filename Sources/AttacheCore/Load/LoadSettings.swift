// SPDX-License-Identifier: Apache-2.0
// What a load generator is to do, as plain values.

/// Targets, and the one kind of work that each of them is given.
public struct LoadSettings: Sendable {
    public var targets: [LoadTarget]
    public var work: LoadWork
    /// For each target, over all threads.
    public var connections: Int
    public var threads: Int
    /// An answer, or an end, that has not come after so long is an error; so is a dial.
    public var timeout: Duration = .seconds(10)

    public init(targets: [LoadTarget], work: LoadWork, connections: Int, threads: Int) {
        self.targets = targets
        self.work = work
        self.connections = connections
        self.threads = threads
    }
}

/// A service under load.
public struct LoadTarget: Sendable {
    public var name: String
    /// Its endpoints and its TLS; the timeouts of a dial among them.
    public var upstream: UpstreamSettings
    /// TLS sessions are resumed where the service gives tickets.
    public var resumes = true

    public init(name: String, upstream: UpstreamSettings) {
        self.name = name
        self.upstream = upstream
    }
}

/// A unit of work, which is what is counted and timed.
public enum LoadWork: Sendable {
    /// On connections that stay open, one exchange at a time on each.
    case exchange(Exchange)
    /// A new connection each time: dial, the exchange if there is one, an orderly end.
    case connection(Exchange?)
    /// The exchange is asked for and its answer never read: what does a stalled reader cost?
    case stall(Exchange)
    /// Bytes without end and without acknowledgement, for services that discard, give or echo.
    case flood(up: Bool, down: Bool)
}

/// Something that is sent, and how one knows that its answer is whole.
public struct Exchange: Sendable, Equatable {
    public enum Answer: Sendable, Equatable {
        case bytes(UInt64)
        /// Up to and including the next line feed.
        case line
    }
    public enum Request: Sendable, Equatable {
        case bytes([UInt8])
        /// `order`'s size of pseudorandom bytes that begin with the order itself, if they have
        /// room for it.
        case generated(WorkOrder, seed: UInt64)
    }
    public var request: Request
    public var answer: Answer

    public init(request: Request, answer: Answer) {
        self.request = request
        self.answer = answer
    }

    /// What `attache bench serve` and, for equal sizes, any echo answers.
    public init(up: UInt64, down: UInt64, isDuplex: Bool = false, seed: UInt64) {
        request = .generated(WorkOrder(up: up, down: down, isDuplex: isDuplex), seed: seed)
        answer = .bytes(down)
    }
}

/// When units of work begin.
public enum LoadPace: Sendable, Equatable {
    /// The next one as soon as one is done, on each connection.
    case closed
    /// At these rates, whether the service keeps up or not.
    case open([Step])

    public struct Step: Sendable, Equatable {
        /// A second, over all threads; above 0.
        public var rate: Double
        public var lasts: Duration

        public init(rate: Double, lasts: Duration) {
            self.rate = rate
            self.lasts = lasts
        }
    }
}

/// Until when units of work begin; those under way are then finished.
public enum LoadLimit: Sendable, Equatable {
    case time(Duration)
    /// So many in all.
    case count(UInt64)
    /// Each open connection once.
    case once
}

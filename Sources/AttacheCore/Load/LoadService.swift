// SPDX-License-Identifier: Apache-2.0
// A service of this process's own on loopback: what a generator's own floor is measured against.

/// Plaintext, on threads of its own, with the sessions of the data path.
public final class LoadService {
    /// Where it listens: 127.0.0.1 and a port of the kernel's choice.
    public let address: Address
    private let crew: Crew

    public init(threads: Int) throws(StartFailure) {
        // Before it has threads: signals are for whoever waits for them.
        Process.prepare(workers: threads)
        let upstream = UpstreamSettings(name: "service", destination: .local(.answer))
        let listener = ListenerSettings(
            name: "service", bind: .address(.ip("127.0.0.1", port: 0, v6: false)),
            upstream: upstream.name)
        let settings = Settings(listeners: [listener], upstreams: [upstream], workers: threads)
        var quiet = LogSettings()
        (quiet.access, quiet.events) = (.none, .none)
        let generation = try Generation(settings)
        guard let port = generation.doors.first?.socket.address.port else {
            throw StartFailure(message: "no port is free on 127.0.0.1", exitCode: ExitCode.failure)
        }
        address = .ip("127.0.0.1", port: port, v6: false)
        let log = try Log(quiet)
        do throws(Errno) {
            crew = try Crew(
                threads, serving: generation,
                placement: Placement(workers: threads, limit: Process.raiseDescriptorLimit()),
                pipes: 0, log: log, tally: Tally())
            try crew.start()
        } catch {
            throw StartFailure(
                message: "cannot start \(threads) threads: \(error)", exitCode: ExitCode.failure)
        }
    }

    /// Cuts what is open and waits for its threads.
    public func end() {
        crew.tell(Worker.Cut(sessions: .now))
        crew.stop()
    }
}

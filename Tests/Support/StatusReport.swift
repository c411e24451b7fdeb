// SPDX-License-Identifier: Apache-2.0
// What `attache status --json` and `attache sessions --json` say, as far as tests look at it.

import Foundation

public struct StatusReport: Decodable, Sendable {
    public struct Listener: Decodable, Sendable {
        public let name: String
        public let address: String
        public let open: Int
        public let sessions: Int
        public let failed: Int
        public let refused: Int
        public let bytesUp: Int
        public let bytesDown: Int
    }
    public struct Upstream: Decodable, Sendable {
        public struct Endpoint: Decodable, Sendable {
            public struct Dial: Decodable, Sendable {
                public let ok: Bool
                public let failure: String?
            }
            public let endpoint: String
            public let dials: Int
            public let failures: Int
            public let lastDial: Dial?
        }
        public let name: String
        public let open: Int
        public let sessions: Int
        public let failed: Int
        public let endpoints: [Endpoint]
    }
    public struct Reload: Decodable, Sendable {
        public let generation: Int
        public let outcome: String
        public let message: String?
        public let needsRestart: String?
    }
    public let state: String
    public let workers: Int
    public let generation: Int
    public let sessions: Int
    public let listeners: [Listener]
    public let upstreams: [Upstream]
    public let lastReload: Reload?

    public func listener(_ name: String) throws -> Listener {
        guard let found = listeners.first(where: { $0.name == name }) else {
            throw Failure("no listener \(name) in the status: \(listeners)")
        }
        return found
    }
}

public struct SessionsReport: Decodable, Sendable {
    public struct Session: Decodable, Sendable {
        public let session: Int
        public let generation: Int
        public let listener: String
        public let client: String
        public let phase: String
        public let bytesUp: Int
    }
    public let sessions: [Session]
}

extension ConfiguredDaemon {
    public func status() throws -> StatusReport { try report("status") }

    /// Those that run now, oldest first.
    public func sessions() throws -> [SessionsReport.Session] {
        try (report("sessions") as SessionsReport).sessions
    }

    private func report<Report: Decodable>(_ command: String) throws -> Report {
        let (exit, output, errors) = try ask(command, "--json")
        guard exit == .code(0) else { throw Failure("\(command): \(exit) \(errors)") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let text = output.joined(separator: "\n")
        do {
            return try decoder.decode(Report.self, from: Data(text.utf8))
        } catch {
            throw Failure("not what \(command) says: \(text)\n\(error)")
        }
    }
}

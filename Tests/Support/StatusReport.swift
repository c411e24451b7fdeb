// SPDX-License-Identifier: Apache-2.0
// What `attache status --json` says, as far as tests look at it.

import Foundation

public struct StatusReport: Decodable, Sendable {
    public struct Traffic: Decodable, Sendable {
        public let open: Int
        public let sessions: Int
        public let bytesUp: Int
        public let bytesDown: Int
    }
    public struct Listener: Decodable, Sendable {
        public let name: String
        public let address: String
        public let traffic: Traffic
        public let refused: Int
    }
    public let generation: Int
    public let sessions: Int
    public let listeners: [Listener]

    public func listener(_ name: String) throws -> Listener {
        guard let found = listeners.first(where: { $0.name == name }) else {
            throw Failure("no listener \(name) in the status: \(listeners)")
        }
        return found
    }
}

extension ConfiguredDaemon {
    public func status() throws -> StatusReport {
        let (exit, output, errors) = try ask("status", "--json")
        guard exit == .code(0) else { throw Failure("status: \(exit) \(errors)") }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let text = output.joined(separator: "\n")
        do {
            return try decoder.decode(StatusReport.self, from: Data(text.utf8))
        } catch {
            throw Failure("not a status: \(text)\n\(error)")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// How loud an event is, and which part of the program tells it.

/// From least to most severe, in swift-log's words.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case trace, debug, info, notice, warning, error, critical

    public static func < (a: LogLevel, b: LogLevel) -> Bool { a.severity < b.severity }

    private var severity: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Who tells an event.
public enum Subsystem: String, Sendable, CaseIterable {
    /// Start, reload, drain, end.
    case control
    /// Accepting, and clients until they are let in.
    case listener
    /// Sessions while bytes move.
    case session
    /// Resolving, connecting to and securing upstreams.
    case upstream
    /// The operator's socket.
    case admin
    /// The log about itself.
    case log

    /// Among all cases.
    var place: Int {
        switch self {
        case .control: 0
        case .listener: 1
        case .session: 2
        case .upstream: 3
        case .admin: 4
        case .log: 5
        }
    }
}

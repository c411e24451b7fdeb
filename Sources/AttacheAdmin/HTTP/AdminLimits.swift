// SPDX-License-Identifier: Apache-2.0
// What operators may take up, with the reasons.

/// The operator's socket is the process's own user's, and still a script that hangs must not cost
/// anybody anything.
struct AdminLimits: Sendable {
    /// Served at once; others wait in the backlog. Counted in the core's reserved descriptors.
    var connections = 16
    /// From accept to the request, and once more from the answer to its last byte: absolute, since
    /// evhttp's own time-out is renewed by every byte.
    var deadline = Duration.seconds(10)

    static let headerBytesMax = 8192
    /// Nothing of ours has a body.
    static let bodyBytesMax = 4096
    /// What is read ahead of a connection, whatever it sends behind its request.
    static let readAheadBytesMax = 32_768
    /// Answers that nobody reads, over all connections.
    static let unreadBytesMax = 16 * 1024 * 1024
    /// How often the connections are looked at, while there are any.
    static let sweepMicroseconds = 50_000
    /// At the end: answers on their way have so long.
    static let lastAnswers = Duration.milliseconds(300)
}

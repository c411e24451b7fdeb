// SPDX-License-Identifier: Apache-2.0
// How other threads speak to a worker: messages for slots, and one bell.

final class Mailbox: Sendable {
    struct Mail: Sendable {
        let to: Token
        let message: any Sendable
    }
    let bell: Bell
    private let waiting = Monitor<[Mail]>([])

    init() throws(Errno) { bell = try Bell() }

    /// From any thread. A receiver that is gone by then hears nothing.
    func post(_ message: any Sendable, to token: Token) {
        let wasEmpty = waiting.withLock { waiting in
            waiting.append(Mail(to: token, message: message))
            return waiting.count == 1
        }
        // One ring for all that comes before the worker looks.
        if wasEmpty { bell.ring() }
    }

    /// For the worker: everything so far, oldest first.
    func collect() -> [Mail] {
        bell.hush()
        return waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// An upstream that serves everybody who comes, a thread each, until it is let go.

import CLinux
import Foundation

public final class Service: @unchecked Sendable {
    public let listener: Listener
    private let handle: @Sendable (Peer) throws -> Void
    private let lock = NSLock()
    private var stopped = false
    private var accepted = 0
    private var resumed = 0

    public init(on listener: Listener, _ handle: @escaping @Sendable (Peer) throws -> Void) {
        self.listener = listener
        self.handle = handle
        Thread { [self] in
            while !lock.withLock({ stopped }) {
                guard let peer = try? listener.acceptRaw(within: .milliseconds(50)) else {
                    continue
                }
                Thread { [self] in
                    try? serve(peer)
                    peer.close()
                }.start()
            }
        }.start()
    }

    /// Sends back whatever comes, and ends when the other side does.
    public static func echo(on listener: Listener) -> Service {
        Service(on: listener) { peer in
            if try peer.receiveAll({ try peer.send($0) }) == .end { try peer.finishWriting() }
        }
    }

    public var connections: Int { lock.withLock { accepted } }
    /// Of those, the ones that resumed a TLS session.
    public var resumptions: Int { lock.withLock { resumed } }

    public func stop() { lock.withLock { stopped = true } }

    private func serve(_ peer: Peer) throws {
        if let tls = listener.tls { try peer.secure(tls, until: .after(.seconds(10))) }
        lock.withLock {
            accepted += 1
            if peer.tls?.wasResumed == true { resumed += 1 }
        }
        try handle(peer)
    }
}

/// Lets this process hold as many descriptors as it may, for tests with thousands of peers.
public func raiseDescriptorLimit() {
    var limit = rlimit()
    clinux_descriptor_limit(&limit)
    limit.rlim_cur = limit.rlim_max
    clinux_set_descriptor_limit(&limit)
}

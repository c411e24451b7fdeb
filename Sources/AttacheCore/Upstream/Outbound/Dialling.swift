// SPDX-License-Identifier: Apache-2.0
// What a session waits for, whether it gets a connection of its own or a stream of a shared one.

protocol Dialling: AnyObject {
    var stage: Dial.Stage { get }
    /// Addresses, or carriers, that were tried.
    var attempts: Int { get }
    /// The address that was tried last.
    var address: SocketAddress? { get }
    var timings: DialTimings { get }
    /// When `advance` must be called at the latest; coarse monotonic time.
    var deadline: UInt64 { get }

    /// Readiness of one of its sockets.
    func note(_ events: UInt32, part: Int)
    /// Addresses came by mail.
    func receive(_ answer: Outbound.Resolved)
    /// Goes as far as it can.
    func advance() -> Dial.Progress
    /// Nobody waits for it any more.
    func cancel()
}

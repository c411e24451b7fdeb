// SPDX-License-Identifier: Apache-2.0
// A peer that goes away before the handshake is done, in words.

extension TLSRole {
    /// The peer went away before the handshake was done.
    func lostInHandshake(_ end: Ending, _ socket: Socket) -> String {
        switch end {
        case .reset:
            let how = socket.failure.map { ": \($0)" } ?? ""
            return "\(peer) reset the connection during the TLS handshake\(how)"
        case .clean, .truncated:
            let hint =
                self == .client
                ? "; does it speak TLS on this port?"
                : "; a health check that only connects looks like this"
            return "\(peer) closed the connection during the TLS handshake\(hint)"
        }
    }
}

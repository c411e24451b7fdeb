// SPDX-License-Identifier: Apache-2.0
// OpenSSL's error queue of this thread: the first entry is the cause, the rest are its echoes.

import COpenSSL

struct OpenSSLError {
    let code: UInt

    /// Empties the queue; nil when there was nothing in it.
    static func drain() -> OpenSSLError? {
        var codes: [UInt] = []
        while true {
            let code = ERR_get_error()
            if code == 0 { break }
            codes.append(code)
        }
        // Of the TLS machine if it said something: what decoders and providers said before that
        // is about how they tried, not about the peer.
        return (codes.first { ERR_GET_LIB($0) == ERR_LIB_SSL } ?? codes.first)
            .map { OpenSSLError(code: $0) }
    }

    /// Empties the queue into a few words.
    static func first() -> String { drain()?.text ?? "OpenSSL names no reason" }

    var isTLS: Bool { ERR_GET_LIB(code) == ERR_LIB_SSL }
    var reason: Int32 { ERR_GET_REASON(code) }

    var text: String {
        ERR_reason_error_string(code).map { String(cString: $0) } ?? "OpenSSL error \(code)"
    }
}

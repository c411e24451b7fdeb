// SPDX-License-Identifier: Apache-2.0
// Why a CONNECT was not answered with 200: said to clients, understood from terminators (RFC 9209).

/// Of ours, what is sent; of a peer's, what came.
struct TunnelRefusal {
    let status: Int
    /// The field's value, empty where there is none.
    let proxyStatus: String
    /// The beginning of the page behind it, as Envoy sends one.
    private var body: [UInt8] = []

    /// What came.
    init(_ head: TunnelHead) {
        status = head.status
        proxyStatus = String(head.proxyStatus.prefix(Limits.refusalTextMax))
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        body += bytes.prefix(max(0, Limits.refusalTextMax - body.count))
    }

    /// Another endpoint may know better; not where the question itself was wrong.
    var isWorthRetrying: Bool { status >= 500 }

    /// For people: `503: upstream connect error`, `502 (attache; error=connection_refused)`.
    var explanation: String {
        var text = "\(status)"
        if !proxyStatus.isEmpty { text += " (\(proxyStatus))" }
        if !body.isEmpty { text += ": " + String(decoding: body, as: UTF8.self) }
        return text
    }
}

extension TunnelRefusal {
    /// What is said.
    init(_ refusal: Refusal) {
        let (status, error) = Self.answer(to: refusal.reason)
        self.status = status
        proxyStatus = "attache; error=\(error); details=\"\(Self.quoted(refusal.message))\""
    }

    var fields: FieldList {
        var fields = [(name: ":status", value: "\(status)"), ("proxy-status", proxyStatus)]
        if status == 405 { fields.append(("allow", "CONNECT")) }
        return FieldList(fields)
    }

    /// Status and error type as RFC 9209 §2.3 pairs them.
    private static func answer(to reason: CloseReason) -> (status: Int, error: String) {
        switch reason {
        case .authorityRefused: (403, "http_request_denied")
        case .methodRefused: (405, "http_request_denied")
        case .headersTooLarge: (431, "http_request_denied")
        case .limitReached: (503, "connection_limit_reached")
        case .resolveFailed: (502, "dns_error")
        case .connectFailed: (502, "connection_refused")
        case .connectTimeout, .handshakeTimeout: (504, "connection_timeout")
        case .handshakeFailed, .tlsFailed: (502, "tls_protocol_error")
        case .certificateRefused: (502, "tls_certificate_error")
        case .ownCertificateRefused: (502, "tls_alert_received")
        case .outOfResources: (500, "proxy_internal_error")
        case .tunnelRefused, .carrierLost: (502, "destination_unavailable")
        default: (503, "connection_terminated")
        }
    }

    /// The inside of a quoted string of RFC 8941: printable ASCII.
    private static func quoted(_ text: String) -> String {
        var inside = ""
        for scalar in text.unicodeScalars.prefix(Limits.refusalTextMax) {
            switch scalar {
            case "\"", "\\": inside += "\\\(scalar)"
            case " "..."~": inside.unicodeScalars.append(scalar)
            default: inside += "?"
            }
        }
        return inside
    }
}

// SPDX-License-Identifier: Apache-2.0
// The one line that a session leaves behind: for people, or as a JSON object.

/// How session lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// Text on a terminal, JSON elsewhere.
    case auto
    case text, json
}

/// Without the line end. `time` is when the session ended: lines stand in the order of their times.
enum SessionLine {
    static func json(_ record: SessionRecord) -> String {
        var object = JSONObject(bytesExpected: 1024)
        let end = record.startNanoseconds &+ record.durationNanoseconds
        object.add("time", TimeText.rfc3339(end))
        object.add("session", number: record.session)
        object.add("worker", number: record.worker)
        object.add("listener", record.listener)
        object.add("client", record.client)
        object.add("upstream", record.upstream)
        object.add("endpoint", record.endpoint)
        object.add("closed_by", record.closedBy.rawValue)
        object.add("phase", record.phase)
        object.add("reason", record.reason)
        object.add("message", record.message)
        object.add("retryable", flag: record.retryable)
        object.add("attempts", number: record.attempts)
        object.add("bytes_up", number: record.bytesUp)
        object.add("bytes_down", number: record.bytesDown)
        object.add("duration_ms", milliseconds: record.durationNanoseconds)
        object.add("accept_tls_ms", milliseconds: record.acceptTLSNanoseconds)
        object.add("resolve_ms", milliseconds: record.resolveNanoseconds)
        object.add("connect_ms", milliseconds: record.connectNanoseconds)
        object.add("tls_ms", milliseconds: record.tlsNanoseconds)
        object.add("tunnel_ms", milliseconds: record.tunnelNanoseconds)
        let tunnel = record.upstreamTunnel ?? record.clientTunnel
        object.add("authority", tunnel?.authority)
        if let tunnel { object.add("carrier", number: tunnel.carrier) }
        // Both sides are streams: the one above is the upstream's.
        if record.upstreamTunnel != nil, let client = record.clientTunnel {
            object.add("client_authority", client.authority)
            object.add("client_carrier", number: client.carrier)
        }
        object.add("client_tls", raw: record.clientTLS.map(json))
        object.add("upstream_tls", raw: record.upstreamTLS.map(json))
        return object.closed
    }

    private static func json(_ tls: SessionRecord.TLS) -> String {
        var object = JSONObject(bytesExpected: 256)
        object.add("version", tls.version)
        object.add("cipher", tls.cipher)
        object.add("resumed", flag: tls.resumed)
        object.add("alpn", tls.alpn)
        object.add("peer", tls.peer)
        return object.closed
    }

    /// A failure has its explanation on a second, indented line.
    static func text(_ record: SessionRecord) -> String {
        var line = "session=\(record.session) listener=\(LogText.value(record.listener))"
        line += " client=\(LogText.value(record.client))"
        if let endpoint = record.endpoint { line += " endpoint=\(LogText.value(endpoint))" }
        if let tunnel = record.upstreamTunnel ?? record.clientTunnel {
            line += " authority=\(LogText.value(tunnel.authority)) carrier=\(tunnel.carrier)"
        }

        let elapsed = TimeText.elapsed(record.durationNanoseconds)
        if record.isCompleted {
            line += " completed after \(elapsed)"
        } else {
            line += " closed by \(record.closedBy.rawValue) after \(elapsed)"
            line += " while \(LogText.lines(record.phase))"
        }
        if record.isCompleted || record.bytesUp > 0 || record.bytesDown > 0 {
            line += ", \(record.bytesUp) bytes up, \(record.bytesDown) bytes down"
        }
        line += security(record)
        if !record.isCompleted {
            line += ":\n  \(LogText.lines(record.message ?? record.reason))"
            if record.attempts > 1 { line += ", \(record.attempts) attempts" }
        }
        return line
    }

    /// " (client TLSv1.3 TLS_…, dns:app.internal; upstream TLSv1.3 TLS_…, resumed)"
    private static func security(_ record: SessionRecord) -> String {
        let sides = [("client", record.clientTLS), ("upstream", record.upstreamTLS)]
            .compactMap { side, tls in
                tls.map { tls in
                    var text = "\(side) \(tls.version) \(tls.cipher)"
                    if tls.resumed { text += ", resumed" }
                    if let alpn = tls.alpn { text += ", \(alpn)" }
                    if let peer = tls.peer { text += ", \(peer)" }
                    return LogText.lines(text)
                }
            }
        return sides.isEmpty ? "" : " (\(sides.joined(separator: "; ")))"
    }
}

// SPDX-License-Identifier: Apache-2.0
// The state of the process for programs; keys that do not apply are absent.

import AttacheCore

extension StatusView {
    var json: String {
        var object = JSONObject(bytesExpected: 4096)
        object.add("version", version)
        object.add("pid", number: processID)
        object.add("state", status.state.rawValue)
        object.add("generation", number: status.generation)
        object.add("started", TimeText.rfc3339(status.startedNanoseconds))
        object.add("uptime_seconds", seconds: status.uptimeNanoseconds)
        object.add("workers", number: status.workers)
        object.add("sessions", number: status.sessions)
        object.add("session_limit", number: status.sessionLimit)
        object.add("last_reload", raw: status.lastReload.map(Self.json))
        object.add("listeners", list: status.listeners.map(Self.json))
        object.add("upstreams", list: status.upstreams.map(Self.json))
        object.add("certificates", list: status.certificates.map(json))
        return object.closed
    }

    private static func json(_ reload: ReloadStatus) -> String {
        var object = JSONObject(bytesExpected: 256)
        object.add("time", TimeText.rfc3339(reload.atNanoseconds))
        object.add("generation", number: reload.generation)
        switch reload.outcome {
        case .reloaded(let changes):
            object.add("outcome", "reloaded")
            object.add("changes", changes)
        case .failed(let message):
            object.add("outcome", "failed")
            object.add("message", message)
        }
        object.add("needs_restart", reload.restartNotice)
        return object.closed
    }

    private static func json(_ listener: ListenerStatus) -> String {
        var object = JSONObject(bytesExpected: 512)
        object.add("name", listener.name)
        object.add("address", listener.address)
        object.add("tls", flag: listener.isTLS)
        object.add("tunnel", listener.tunnel)
        object.add("carriers", raw: listener.tunnel.map { _ in "\(listener.carriers)" })
        object.add("upstream", listener.upstream)
        object.add("session_limit", raw: listener.sessionLimit.map(String.init))
        object.add("refused", number: listener.refused)
        object.add(listener.traffic)
        return object.closed
    }

    private static func json(_ upstream: UpstreamStatus) -> String {
        var object = JSONObject(bytesExpected: 512)
        object.add("name", upstream.name)
        object.add("tls", flag: upstream.isTLS)
        object.add("tunnel", upstream.tunnel)
        object.add("carriers", raw: upstream.tunnel.map { _ in "\(upstream.carriers)" })
        object.add(upstream.traffic)
        object.add("endpoints", list: upstream.endpoints.map(json))
        return object.closed
    }

    private static func json(_ endpoint: EndpointStatus) -> String {
        var object = JSONObject(bytesExpected: 256)
        object.add("endpoint", endpoint.endpoint)
        object.add("dials", number: endpoint.dials)
        object.add("failures", number: endpoint.failures)
        object.add("last_dial", raw: endpoint.lastDial.map(json))
        return object.closed
    }

    private static func json(_ dial: DialStatus) -> String {
        var object = JSONObject(bytesExpected: 128)
        object.add("time", TimeText.rfc3339(dial.atNanoseconds))
        object.add("ok", flag: dial.failure == nil)
        object.add("failure", dial.failure)
        object.add("address", dial.address)
        return object.closed
    }

    private func json(_ certificate: CertificateStatus) -> String {
        var object = JSONObject(bytesExpected: 256)
        object.add("file", certificate.file)
        object.add("subject", certificate.subject)
        object.add("names", certificate.names)
        object.add("used_by", certificate.usedBy)
        let end = certificate.notAfterSeconds.flatMap { UInt64(exactly: $0) }
        object.add("not_after", end.map(TimeText.rfc3339(seconds:)))
        object.add("days_left", raw: daysLeft(certificate).map(String.init))
        return object.closed
    }
}

extension JSONObject {
    fileprivate mutating func add(_ traffic: TrafficStatus) {
        add("open", number: traffic.open)
        add("sessions", number: traffic.sessions)
        add("failed", number: traffic.failed)
        add("bytes_up", number: traffic.bytesUp)
        add("bytes_down", number: traffic.bytesDown)
        add("handshakes", number: traffic.handshakes)
        add("resumed", number: traffic.resumed)
    }

    /// With milliseconds: `1204.113`.
    mutating func add(_ key: String, seconds nanoseconds: UInt64) {
        add(key, raw: TimeText.milliseconds(nanoseconds / 1000))
    }
}

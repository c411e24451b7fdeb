// SPDX-License-Identifier: Apache-2.0
// The state of the process for a person at 3 a.m.: what is wrong stands out.

import AttacheCore

struct StatusView {
    let status: Status
    let version: String
    let processID: Int32
    /// Nanoseconds since 1970.
    let now: UInt64

    /// Certificates that end within so many days are marked.
    static let daysSoon = 14

    var text: String {
        [summary, listeners, upstreams, certificates].filter { !$0.isEmpty }
            .joined(separator: "\n")
    }

    private var summary: String {
        let started = TimeText.rfc3339(seconds: status.startedNanoseconds / 1_000_000_000)
        let state = status.state == .draining ? "DRAINING" : status.state.rawValue
        return "attache \(version), pid \(processID), \(state) generation \(status.generation), "
            + "up \(HumanText.span(status.uptimeNanoseconds)) since \(started), "
            + "\(HumanText.count(status.sessions, "session")) of at most \(status.sessionLimit), "
            + "\(HumanText.count(status.workers, "worker"))\n" + lastReload
    }

    private var lastReload: String {
        guard let reload = status.lastReload else { return "not reloaded yet\n" }
        let when = "\(ago(reload.atNanoseconds)) ago"
        let notice = reload.restartNotice.map { "  \(LogText.lines($0))\n" } ?? ""
        switch reload.outcome {
        case .reloaded(let changes):
            return "reloaded \(when), generation \(reload.generation): "
                + "\(LogText.lines(changes))\n" + notice
        case .failed(let message):
            return "RELOAD FAILED \(when), generation \(reload.generation) stays:\n"
                + "  \(LogText.lines(message))\n" + notice
        }
    }

    /// `h2-connect, 2 carriers`
    private static func spoken(_ tunnel: String?, _ isTLS: Bool, _ carriers: Int) -> String {
        guard let tunnel else { return isTLS ? "TLS" : "plain" }
        return "\(tunnel), \(carriers) \(carriers == 1 ? "carrier" : "carriers")"
    }

    private var listeners: String {
        var table = Table([
            .text("LISTENER"), .text("ADDRESS"), .text("CLIENTS"), .text("UPSTREAM"),
            .number("OPEN"), .number("TOTAL"), .number("FAILED"), .number("REFUSED"),
            .number("UP"), .number("DOWN"), .number("RESUMED"),
        ])
        for listener in status.listeners {
            let limit = listener.sessionLimit.map { "/\($0)" } ?? ""
            let traffic = listener.traffic
            table.add([
                listener.name, listener.address,
                Self.spoken(listener.tunnel, listener.isTLS, listener.carriers),
                listener.upstream, "\(traffic.open)\(limit)", "\(traffic.sessions)",
                "\(traffic.failed)", "\(listener.refused)", HumanText.bytes(traffic.bytesUp),
                HumanText.bytes(traffic.bytesDown),
                HumanText.share(traffic.resumed, of: traffic.handshakes),
            ])
        }
        return table.isEmpty ? "" : table.text
    }

    /// A line an endpoint; the first stands behind what is said of its upstream.
    private var upstreams: String {
        var table = Table([
            .text("UPSTREAM"), .text("SPEAKS"), .number("OPEN"), .number("TOTAL"),
            .number("FAILED"), .number("UP"), .number("DOWN"), .number("RESUMED"),
            .text("ENDPOINT"), .number("DIALS"), .number("FAILED"), .text("LAST DIAL"),
        ])
        for upstream in status.upstreams {
            let traffic = upstream.traffic
            let own = [
                upstream.name, Self.spoken(upstream.tunnel, upstream.isTLS, upstream.carriers),
                "\(traffic.open)",
                "\(traffic.sessions)", "\(traffic.failed)", HumanText.bytes(traffic.bytesUp),
                HumanText.bytes(traffic.bytesDown),
                HumanText.share(traffic.resumed, of: traffic.handshakes),
            ]
            let endpoints = upstream.endpoints.map { endpoint in
                [
                    endpoint.endpoint, "\(endpoint.dials)", "\(endpoint.failures)",
                    lastDial(endpoint.lastDial),
                ]
            }
            table.add(own + (endpoints.first ?? ["-", "-", "-", "-"]))
            let blank = [String](repeating: "", count: own.count)
            for endpoint in endpoints.dropFirst() { table.add(blank + endpoint) }
        }
        return table.isEmpty ? "" : table.text
    }

    private func lastDial(_ dial: DialStatus?) -> String {
        guard let dial else { return "-" }
        let address = dial.address.map { " (\($0))" } ?? ""
        let when = "\(ago(dial.atNanoseconds)) ago"
        return dial.failure.map { "FAILED \(when)\(address): \($0)" } ?? "ok \(when)\(address)"
    }

    private var certificates: String {
        var table = Table([
            .text("CERTIFICATE"), .text("SUBJECT"), .text("NAMES"), .text("USED BY"),
            .text("ENDS"),
        ])
        for certificate in status.certificates {
            table.add([
                certificate.file, certificate.subject, certificate.names, certificate.usedBy,
                ending(certificate),
            ])
        }
        return table.isEmpty ? "" : table.text
    }

    private func ending(_ certificate: CertificateStatus) -> String {
        guard let days = daysLeft(certificate) else { return "-" }
        if days < 0 { return "EXPIRED \(HumanText.count(-days, "day")) ago" }
        return "in \(HumanText.count(days, "day"))" + (days < Self.daysSoon ? ", SOON" : "")
    }

    /// Whole days, cut towards the past: 0 ends today, -1 has ended.
    func daysLeft(_ certificate: CertificateStatus) -> Int? {
        guard let end = certificate.notAfterSeconds else { return nil }
        let left = end.subtractingReportingOverflow(Int(now / 1_000_000_000)).partialValue
        return left >= 0 ? left / 86_400 : (left + 1) / 86_400 - 1
    }

    /// Of another clock's making it may lie ahead.
    private func ago(_ moment: UInt64) -> String {
        HumanText.span(now > moment ? now - moment : 0)
    }
}

// SPDX-License-Identifier: Apache-2.0
// A process as an operator might find it.

import AttacheCore

enum Samples {
    /// 2026-11-25T18:37:07.123Z
    static let now: UInt64 = 1_795_631_827_123_000_000
    static let second: UInt64 = 1_000_000_000

    static var status: Status {
        var status = Status()
        status.generation = 3
        status.uptimeNanoseconds = (3 * 86_400 + 4 * 3600 + 7) * second
        status.startedNanoseconds = now - status.uptimeNanoseconds
        status.workers = 2
        status.sessions = 12
        status.sessionLimit = 8923
        status.lastReload = ReloadStatus(
            atNanoseconds: now - 7500 * second, generation: 3,
            outcome: .reloaded(changes: "listener edge added"))
        var edge = ListenerStatus(
            name: "edge", address: "0.0.0.0:6380", upstream: "redis", isTLS: true)
        edge.sessionLimit = 500
        edge.traffic.open = 9
        edge.traffic.sessions = 1204
        edge.traffic.failed = 2
        edge.traffic.bytesUp = 1_300_000
        edge.traffic.bytesDown = 32_212_254_720
        edge.traffic.handshakes = 1195
        edge.traffic.resumed = 1160
        edge.refused = 7
        let orders = ListenerStatus(
            name: "orders-db", address: "127.0.0.1:5432", upstream: "orders-db", isTLS: false)
        status.listeners = [edge, orders]
        var redis = UpstreamStatus(name: "redis", isTLS: false)
        redis.traffic = edge.traffic
        redis.traffic.handshakes = 0
        var good = EndpointStatus(endpoint: "127.0.0.1:6379")
        good.dials = 1202
        good.lastDial = DialStatus(
            atNanoseconds: now - 2 * second, failure: nil, address: "127.0.0.1:6379")
        redis.endpoints = [good]
        var database = UpstreamStatus(name: "orders-db", isTLS: true)
        var bad = EndpointStatus(endpoint: "db-2.internal:5432")
        bad.dials = 2
        bad.failures = 2
        bad.lastDial = DialStatus(
            atNanoseconds: now - 5 * second, failure: "connection refused (ECONNREFUSED)",
            address: "10.0.0.2:5432")
        database.endpoints = [EndpointStatus(endpoint: "db-1.internal:5432"), bad]
        status.upstreams = [redis, database]
        func certificate(_ file: String, _ days: Int) -> CertificateStatus {
            CertificateStatus(
                file: file, subject: "CN=app,O=Corp", names: "dns:app.internal",
                usedBy: "listener edge", notAfterSeconds: Int(now / second) + days * 86_400 + 60)
        }
        status.certificates = [
            certificate("server.pem", 82), certificate("next.pem", 6), certificate("old.pem", -4),
        ]
        return status
    }

    static func session(_ number: UInt64) -> SessionStatus {
        var session = SessionStatus(
            session: number, worker: 0, listener: "edge", upstream: "redis",
            client: "10.1.2.3:51122", phase: "relaying", ageNanoseconds: 7_500_000_000_000,
            idleNanoseconds: 350_000_000, bytesUp: 2048, bytesDown: 10_485_760, generation: 3)
        session.clientIdentity = "dns:app.internal"
        session.endpoint = "127.0.0.1:6379"
        return session
    }
}

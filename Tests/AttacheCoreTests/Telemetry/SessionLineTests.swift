// SPDX-License-Identifier: Apache-2.0
// Promises of the session line, in both of its forms.

import Foundation
import Testing

@testable import AttacheCore

struct SessionLineTests {
    /// The example of the documentation.
    static func record() -> SessionRecord {
        SessionRecord(
            session: 17, worker: 1, listener: "127.0.0.1:6379", client: "127.0.0.1:51122",
            upstream: "redis.internal:6380", endpoint: "10.2.0.9:6380", closedBy: .client,
            phase: "relaying", reason: "completed", retryable: false, attempts: 1,
            bytesUp: 123, bytesDown: 456, startNanoseconds: 1_795_631_825_918_887_000,
            durationNanoseconds: 1_204_113_000, resolveNanoseconds: 100_000,
            connectNanoseconds: 200_000, tlsNanoseconds: 1_500_000,
            upstreamTLS: .init(
                version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256", resumed: true,
                peer: "dns:redis.internal"))
    }

    @Test func jsonHasEveryKeyThatAppliesAndNoOther() {
        #expect(
            SessionLine.json(Self.record()) == """
                {"time":"2026-11-25T18:37:07.123Z","session":17,"worker":1,\
                "listener":"127.0.0.1:6379","client":"127.0.0.1:51122",\
                "upstream":"redis.internal:6380","endpoint":"10.2.0.9:6380",\
                "closed_by":"client","phase":"relaying","reason":"completed",\
                "retryable":false,"attempts":1,"bytes_up":123,"bytes_down":456,\
                "duration_ms":1204.113,"resolve_ms":0.100,"connect_ms":0.200,"tls_ms":1.500,\
                "upstream_tls":{"version":"TLSv1.3","cipher":"TLS_AES_128_GCM_SHA256",\
                "resumed":true,"peer":"dns:redis.internal"}}
                """)
    }

    @Test func jsonIsReadBackWhateverItsTextsHold() throws {
        let odd = "\"\\\n\u{0}\u{7f}\u{9b}\u{2028}" + String(decoding: [0xff, 0xc3], as: UTF8.self)
        var record = Self.record()
        record.listener = odd
        record.message = odd
        record.clientTLS = .init(version: odd, cipher: odd, resumed: false, alpn: odd, peer: odd)
        record.acceptTLSNanoseconds = 1
        let line = SessionLine.json(record)
        #expect(!line.utf8.contains(UInt8(ascii: "\n")))
        let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
        let object = try #require(parsed as? [String: Any])
        #expect(object["listener"] as? String == odd)
        #expect(object["message"] as? String == odd)
        let tls = try #require(object["client_tls"] as? [String: Any])
        #expect(tls["alpn"] as? String == odd)
        #expect(object["accept_tls_ms"] as? Double == 0)
    }

    @Test func aSessionThatCompletedIsOneLine() {
        #expect(
            SessionLine.text(Self.record()) == """
                session=17 listener=127.0.0.1:6379 client=127.0.0.1:51122 endpoint=10.2.0.9:6380 \
                completed after 1.204s, 123 bytes up, 456 bytes down \
                (upstream TLSv1.3 TLS_AES_128_GCM_SHA256, resumed, dns:redis.internal)
                """)
    }

    @Test func bothSidesSayWhatTheyNegotiated() {
        var record = Self.record()
        record.upstreamTLS?.peer = nil
        record.clientTLS = .init(
            version: "TLSv1.2", cipher: "ECDHE-RSA-AES128-GCM-SHA256", resumed: false,
            alpn: "redis", peer: "dns:app.internal")
        #expect(
            SessionLine.text(record).hasSuffix(
                "(client TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256, redis, dns:app.internal; "
                    + "upstream TLSv1.3 TLS_AES_128_GCM_SHA256, resumed)"))
    }

    @Test func aFailureSaysWhoWhenAndWhy() {
        var record = Self.record()
        record.session = 81734
        record.listener = "orders-db"
        record.endpoint = "10.2.0.9:5432"
        record.closedBy = .upstream
        record.phase = "securing the upstream"
        record.reason = "certificate-refused"
        record.message = "certificate expired 3 days ago (CN=db-1, issuer CN=Corp CA 2)"
        record.attempts = 3
        (record.bytesUp, record.bytesDown, record.upstreamTLS) = (0, 0, nil)
        #expect(
            SessionLine.text(record) == """
                session=81734 listener=orders-db client=127.0.0.1:51122 endpoint=10.2.0.9:5432 \
                closed by upstream after 1.204s while securing the upstream:
                  certificate expired 3 days ago (CN=db-1, issuer CN=Corp CA 2), 3 attempts
                """)
    }

    @Test func aFailureWithoutWordsStillHasItsReasonAndItsBytes() {
        var record = Self.record()
        record.reason = "upstream-reset"
        record.closedBy = .upstream
        record.upstreamTLS = nil
        record.endpoint = nil
        #expect(
            SessionLine.text(record) == """
                session=17 listener=127.0.0.1:6379 client=127.0.0.1:51122 closed by upstream \
                after 1.204s while relaying, 123 bytes up, 456 bytes down:
                  upstream-reset
                """)
    }
}

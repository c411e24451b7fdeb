// SPDX-License-Identifier: Apache-2.0
// How a refusal is said and understood.

import Testing

@testable import AttacheCore

struct TunnelRefusalTests {
    @Test(arguments: [
        (CloseReason.authorityRefused, 403, "http_request_denied"),
        (.methodRefused, 405, "http_request_denied"),
        (.headersTooLarge, 431, "http_request_denied"),
        (.limitReached, 503, "connection_limit_reached"),
        (.resolveFailed, 502, "dns_error"),
        (.connectFailed, 502, "connection_refused"),
        (.connectTimeout, 504, "connection_timeout"),
        (.certificateRefused, 502, "tls_certificate_error"),
        (.ownCertificateRefused, 502, "tls_alert_received"),
        (.outOfResources, 500, "proxy_internal_error"),
        (.drain, 503, "connection_terminated"),
    ])
    func eachReasonHasItsStatusAndType(reason: CloseReason, status: Int, error: String) {
        let refusal = TunnelRefusal(Refusal(reason: reason, message: "why"))
        #expect(refusal.status == status)
        #expect(refusal.proxyStatus == "attache; error=\(error); details=\"why\"")
    }

    @Test func detailsAreAQuotedStringWhateverIsSaid() {
        let refusal = TunnelRefusal(
            Refusal(reason: .connectFailed, message: "\"a\\b\"\u{1b}[2J\r\nx: ä"))
        #expect(refusal.proxyStatus.hasSuffix("details=\"\\\"a\\\\b\\\"?[2J??x: ?\""))
    }

    @Test func whatCameIsExplainedWithItsPage() {
        var head = TunnelHead()
        add(":status", "503", to: &head)
        add("proxy-status", "a; error=dns_error", to: &head)
        add("proxy-status", "b", to: &head)
        var refusal = TunnelRefusal(head)
        #expect(refusal.explanation == "503 (a; error=dns_error, b)")
        Array("no healthy upstream".utf8).withUnsafeBytes { refusal.add($0) }
        #expect(refusal.explanation == "503 (a; error=dns_error, b): no healthy upstream")
    }

    @Test func aPageWithoutEndIsCut() {
        var refusal = TunnelRefusal(TunnelHead())
        let page = [UInt8](repeating: 65, count: 10_000)
        for _ in 0..<10 { page.withUnsafeBytes { refusal.add($0) } }
        #expect(refusal.explanation.utf8.count == Limits.refusalTextMax + 3)
    }

    @Test func aHeadCountsThirtyTwoBytesForEachField() {
        var head = TunnelHead()
        let value = String(repeating: "v", count: Limits.headerListBytesMax - 32 - 4)
        add("name", value, to: &head)
        #expect(!head.isTooLarge)
        add("", "", to: &head)
        #expect(head.isTooLarge)
    }

    @Test(arguments: [(500, true), (503, true), (403, false), (404, false), (201, false)])
    func onlyFailuresOfTheFarEndAreWorthAnotherOne(status: Int, isWorthIt: Bool) {
        var head = TunnelHead()
        add(":status", "\(status)", to: &head)
        #expect(TunnelRefusal(head).isWorthRetrying == isWorthIt)
    }

    private func add(_ name: String, _ value: String, to head: inout TunnelHead) {
        Array(name.utf8).withUnsafeBufferPointer { name in
            Array(value.utf8).withUnsafeBufferPointer { head.add(name, $0) }
        }
    }
}

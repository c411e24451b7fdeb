// SPDX-License-Identifier: Apache-2.0
// What a person sees, to the letter.

import AttacheCore
import Testing

@testable import AttacheAdmin

struct ViewTests {
    private func view(_ status: Status = Samples.status) -> StatusView {
        StatusView(status: status, version: "0.1.0", processID: 4711, now: Samples.now)
    }

    @Test func statusIsFourTables() {
        let expected = """
            attache 0.1.0, pid 4711, serving generation 3, up 3d4h since 2026-11-22T14:37:00Z, \
            12 sessions of at most 8923, 2 workers
            reloaded 2h5m ago, generation 3: listener edge added

            LISTENER   ADDRESS         CLIENTS  UPSTREAM    OPEN  TOTAL  FAILED  REFUSED       UP  \
              DOWN  RESUMED
            edge       0.0.0.0:6380    TLS      redis      9/500   1204       2        7  1.2 MiB  \
            30 GiB      97%
            orders-db  127.0.0.1:5432  plain    orders-db      0      0       0        0      0 B  \
               0 B        -

            UPSTREAM   SPEAKS  OPEN  TOTAL  FAILED       UP    DOWN  RESUMED  ENDPOINT            \
            DIALS  FAILED  LAST DIAL
            redis      plain      9   1204       2  1.2 MiB  30 GiB        -  127.0.0.1:6379      \
             1202       0  ok 2s ago (127.0.0.1:6379)
            orders-db  TLS        0      0       0      0 B     0 B        -  db-1.internal:5432  \
                0       0  -
                                                                              db-2.internal:5432  \
                2       2  FAILED 5s ago (10.0.0.2:5432): connection refused (ECONNREFUSED)

            CERTIFICATE  SUBJECT        NAMES             USED BY        ENDS
            server.pem   CN=app,O=Corp  dns:app.internal  listener edge  in 82 days
            next.pem     CN=app,O=Corp  dns:app.internal  listener edge  in 6 days, SOON
            old.pem      CN=app,O=Corp  dns:app.internal  listener edge  EXPIRED 4 days ago

            """
        #expect(view().text == expected)
    }

    @Test func sessionsAreATable() {
        let view = SessionsView(sessions: [Samples.session(7), Samples.session(12)], limit: 2)
        let expected = """
            SESSION  LISTENER  CLIENT          IDENTITY          ENDPOINT        PHASE      AGE  \
             IDLE       UP    DOWN
                  7  edge      10.1.2.3:51122  dns:app.internal  127.0.0.1:6379  relaying  2h5m  \
            350ms  2.0 KiB  10 MiB
                 12  edge      10.1.2.3:51122  dns:app.internal  127.0.0.1:6379  relaying  2h5m  \
            350ms  2.0 KiB  10 MiB
            the 2 oldest; there may be more (--limit N)

            """
        #expect(view.text == expected)
        #expect(SessionsView(sessions: [], limit: 2).text == "no session runs\n")
    }

    @Test func whatWaitsForARestartIsTold() {
        var status = Samples.status
        status.lastReload = ReloadStatus(
            atNanoseconds: Samples.now, generation: 3, outcome: .reloaded(changes: "log"),
            needsRestart: ["workers (2 run)", "admin"])
        let notice = "workers (2 run) and admin will change when attache is restarted"
        #expect(view(status).text.contains("generation 3: log\n  \(notice)\n"))
        #expect(view(status).json.contains("\"needs_restart\":\"\(notice)\""))
        #expect(!view(Samples.status).json.contains("needs_restart"))
        // A reload that fails does not make it forgotten.
        status.lastReload?.outcome = .failed("no such file")
        #expect(view(status).text.contains("stays:\n  no such file\n  \(notice)\n"))
        #expect(view(status).json.contains("\"needs_restart\":\"\(notice)\""))
    }

    @Test func aFailedReloadStandsOut() {
        var status = Samples.status
        status.lastReload = ReloadStatus(
            atNanoseconds: Samples.now - 300 * Samples.second, generation: 3,
            outcome: .failed("attache.yaml:3:1: unknown key\nattache.yaml:9:1: no such file"))
        #expect(
            view(status).text.contains(
                "\nRELOAD FAILED 5m ago, generation 3 stays:\n"
                    + "  attache.yaml:3:1: unknown key\n  attache.yaml:9:1: no such file\n\n"))
    }

    @Test func namesMoveNoCursorAndBreakNoLine() {
        var session = Samples.session(1)
        session.clientIdentity = "cn:\u{1b}[2Jx\ny"
        let lines = SessionsView(sessions: [session], limit: 9).text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[1].contains("cn:\\x1b[2Jx y"))
    }

    private static let sizes: [(UInt64, String)] = [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_300_000, "1.2 MiB"),
        (10_239, "9.9 KiB"), (10_240, "10 KiB"), (1_048_575, "1023 KiB"),
        (UInt64.max, "15 EiB"),
    ]

    @Test(arguments: sizes)
    func sizesAreShort(count: UInt64, text: String) {
        #expect(HumanText.bytes(count) == text)
    }

    private static let spans: [(UInt64, String)] = [
        (0, "0ms"), (999_999_999, "999ms"), (1_000_000_000, "1s"), (60_000_000_000, "1m"),
        (90_000_000_000, "1m30s"), (7_500_000_000_000, "2h5m"), (3_600_000_000_000, "1h"),
        (273_600_000_000_000, "3d4h"), (86_459_000_000_000, "1d"),
    ]

    @Test(arguments: spans)
    func spansHaveTwoUnits(nanoseconds: UInt64, text: String) {
        #expect(HumanText.span(nanoseconds) == text)
    }

    private static let days: [(Int, Int)] = [
        (0, 0), (86_399, 0), (86_400, 1), (-1, -1), (-86_400, -1), (-86_401, -2),
    ]

    @Test(arguments: days)
    func daysLeftAreWhole(seconds: Int, days: Int) {
        let certificate = CertificateStatus(
            file: "", subject: "", names: "", usedBy: "",
            notAfterSeconds: Int(Samples.now / Samples.second) + seconds)
        #expect(view().daysLeft(certificate) == days)
    }

    @Test func aCertificateOfAnyDateIsShown() {
        for end in [Int.min, -1, 0, 253_402_300_799, Int.max] {
            var status = Samples.status
            status.certificates[0].notAfterSeconds = end
            #expect(!view(status).text.isEmpty)
            #expect(!view(status).json.isEmpty)
        }
    }
}

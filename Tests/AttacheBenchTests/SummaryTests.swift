// SPDX-License-Identifier: Apache-2.0
// What is said at the end and while a run is under way.

import AttacheBench
import AttacheCore
import Testing

struct SummaryTests {
    /// Exactly so many microseconds, ten thousand of them, but for the slowest one.
    private static func target(_ microseconds: UInt64, slowest: UInt64) -> TargetReport {
        var target = TargetReport(name: "redis", url: "tls://127.0.0.1:6380")
        for _ in 0..<9_999 { target.total.latency.record(microseconds * 1000) }
        target.total.latency.record(slowest * 1000)
        target.total.service.record(microseconds * 500)
        target.total.elapsed = 2_000_000_000
        target.total.done = 10_000
        target.total.bytesUp = 1_280_000
        target.total.bytesDown = 20_480_000
        target.total.connections = 4
        target.total.resumed = 1
        target.total.tls = "TLSv1.3 TLS_AES_128_GCM_SHA256"
        target.process = 4711
        return target
    }

    @Test func aRunReadsLikeWrk2s() {
        var sample = LoadSample()
        (sample.done, sample.elapsed) = (100, 1_000_000_000)
        var target = Self.target(200, slowest: 5000)
        target.slices = [Slice(round: 0, start: 0, sample: sample, cpu: 800_000)]
        target.total.fail("reset", "connection reset by peer (ECONNRESET)")
        target.total.unsent = 3
        let text = Summary.text(MadeUp.report(MadeUp.plan(.rr), [target]))
        #expect(
            text == """
                Running rr: 128 B there, 128 B back on 32 connections, 2 threads
                  tls://127.0.0.1:6380
                  2s warm-up, 20s, seed 7
                  2026-11-26T02:33:02Z, attache 0.1.0, OpenSSL 3.0.22 1 Sep 2026
                  2 processors, AMD EPYC 7B13, Linux 6.1.0-28-amd64

                  Latency Distribution (HdrHistogram - Recorded Latency)
                  50.000%      200us
                  75.000%      200us
                  90.000%      200us
                  99.000%      200us
                  99.900%      200us
                  99.990%      200us
                  99.999%        5ms
                 100.000%        5ms
                  mean 200us, deviation 48.0us, min 200us
                  10,000 requests in 2s, 1.22 MiB sent, 19.5 MiB received
                  Unsent: 3 were due and never begun
                Requests/sec:  5000.00
                Transfer/sec:  640 kB/s up, 10.2 MB/s down
                  4 connected, TLSv1.3 TLS_AES_128_GCM_SHA256, 25% resumed
                  Errors: 1 (<0.01%)
                    reset: 1, first: connection reset by peer (ECONNRESET)
                  CPU of process 4711: 8us for a request

                """)
    }

    @Test func ofAnOpenLoopBothLatenciesAreTold() {
        let target = Self.target(200, slowest: 900_000)
        let text = Summary.text(MadeUp.report(MadeUp.plan(.rate, rates: [5000]), [target]))
        #expect(text.contains("Uncorrected Latency (measured without taking delayed starts"))
        #expect(text.contains("\n  50.000%      200us        100us\n"))
        #expect(text.contains("\n 100.000%      900ms        100us\n"))
        #expect(text.contains("  at 5,000/s, 2s warm-up, 20s, seed 7\n"))
    }

    @Test(
        arguments: [
            (.three, "  haproxy    1.5", "CPU/request x attache"),
            (.search, "  4,000/s", "not kept"),
            (.search, "  The highest rate that kept p99<5ms and errors<=0: 2,000/s", ""),
            (.connect, "  Stages of a dial", ""), (.connect, "  tls ", "ms"),
            (.idle, "  An idle connection costs 20 KiB", ""),
            (.stream, "Transfer/sec:  2.50 GB/s up", ""),
            (.stream, "  CPU: 200ms for a GB", ""), (.nothing, "  Nothing was done.", ""),
            (.nothing, "Interrupted: this is what was measured until then.", ""),
            (.errorsOnly, "    timeout: 2, first: no answer after 10s", ""),
            (.three, "warning: p50 of direct is below twice", "floor"),
        ] as [(Shape, String, String)])
    func everyShapeSaysWhatMatters(shape: Shape, start: String, rest: String) {
        let lines = Summary.text(shape.report).split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix(start) }, "\(lines)")
        #expect(rest.isEmpty || lines.contains { $0.contains(rest) })
    }

    @Test func namesOfOthersMoveNoCursorAndBeginNoLine() {
        var target = Self.target(200, slowest: 200)
        target.url = "tcp://a\u{1b}[2J\nwarning: b"
        target.total.fail("reset", "x\u{1b}]0;y\u{7}")
        let text = Summary.text(MadeUp.report(MadeUp.plan(.rr), [target]))
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        #expect(!text.split(separator: "\n").contains { $0.hasPrefix("warning") })
    }

    @Test(arguments: BenchReport.Mode.allCases)
    func aLiveLineFitsATerminal(mode: BenchReport.Mode) {
        var total = LoadSample()
        total.latency.record(3_600_000_000_000)
        total.elapsed = 1
        (total.done, total.unsent, total.connections) = (.max / 2, .max, .max)
        (total.bytesUp, total.bytesDown) = (.max, .max)
        total.fail("reset", "")
        total.errors["reset"]?.count = .max / 2
        for name in [nil, "attache", String(repeating: "é", count: 200)] {
            let line = LiveLine.text(
                mode, elapsed: .seconds(100_000), interval: total, total: total, name: name)
            #expect(line.count <= 79 && line.count > 40, "\(line)")
        }
    }

    @Test func aLiveLineTellsTheIntervalAndTheErrorsOfTheWhole() {
        var total = Self.target(200, slowest: 5000).total
        total.fail("reset", "reset")
        let interval = Self.target(300, slowest: 300).total
        #expect(
            LiveLine.text(
                .rr, elapsed: .seconds(12), interval: interval, total: total, name: "direct")
                == "  12s      5,000/s  p50   300us  p99   300us  errors 1  direct")
        #expect(
            LiveLine.text(.rr, elapsed: .zero, interval: LoadSample(), total: LoadSample())
                == "   0s          0/s  p50       -  p99       -  errors 0")
    }

    @Test func hdrFilesHaveTheFormOfThePlotters() throws {
        let file = try #require(HDRText.files(Shape.single.report, named: "run.hgrm").first)
        #expect(file.name == "run.hgrm")
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "       Value     Percentile TotalCount 1/(1-Percentile)")
        #expect(lines[1] == "")
        let row = /\ *\d+\.\d{3} \d\.\d{12} +\d+( +\d+\.\d{2})?/
        let rows = lines.dropFirst(2).prefix { !$0.hasPrefix("#") }
        #expect(rows.count > 20)
        for line in rows { #expect(line.wholeMatch(of: row) != nil, "\(line)") }
        let trailer = lines.drop { !$0.hasPrefix("#") }.joined(separator: "\n")
        let form =
            #/
            \#\[Mean\ +=\ +\d+\.\d{3},\ StdDeviation\ +=\ +\d+\.\d{3}\]\n
            \#\[Max\ +=\ +\d+\.\d{3},\ Total\ count\ +=\ +3006\]\n
            \#\[Buckets\ =\ +\d+,\ SubBuckets\ +=\ +\d+\]\n
            /#
        #expect(trailer.wholeMatch(of: form) != nil, "\(trailer)")
    }

    @Test(arguments: [
        ("run.hgrm", "run-direct.hgrm"), ("out.d/run", "out.d/run-direct"),
        ("/tmp/a.b/run.x.hgrm", "/tmp/a.b/run.x-direct.hgrm"),
    ])
    func everyTargetHasItsOwnHDRFile(name: String, first: String) {
        var report = Shape.three.report
        report.targets[1].name = "../../etc/a"
        let files = HDRText.files(report, named: name)
        #expect(files.count == 3 && files[0].name == first)
        #expect(files[1].name == first.replacing("direct", with: ".._.._etc_a"))
    }
}

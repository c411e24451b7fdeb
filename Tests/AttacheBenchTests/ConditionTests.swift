// SPDX-License-Identifier: Apache-2.0
// Conditions are read as they are written, and what was not measured satisfies nobody.

import AttacheCore
import Testing

@testable import AttacheBench

struct ConditionTests {
    /// 99 times 1 ms, once 10 ms, and one error, in half a second.
    private static let sample: LoadSample = {
        var sample = LoadSample()
        for _ in 0..<99 { sample.latency.record(1_000_000) }
        sample.latency.record(10_000_000)
        sample.done = 100
        sample.fail("reset", "connection reset by peer")
        sample.elapsed = 500_000_000
        sample.bytesUp = 500_000_000
        return sample
    }()

    @Test(
        arguments: [
            ("p50>0.9ms", "p50>0.9ms: it was 1.00ms"), ("p50>1.1ms", nil),
            ("p99<5ms", "p99<5ms: it was 1.00ms"),
            ("p99.9 > 9.9ms", "p99.9 > 9.9ms: it was 10ms"), ("p100>=9s", nil),
            ("p0>0", "p0>0: it was 1ms"),
            ("mean>1.05ms", "mean>1.05ms: it was 1.09ms"), ("mean>1100us", nil),
            ("mean>1100µs", nil),
            ("max>9000000ns", "max>9000000ns: it was 10.0ms"), ("max>1m", nil),
            ("errors>0", "errors>0: it was 1"), ("errors>1", nil),
            ("errors>=1", "errors>=1: it was 1"),
            ("errors>0.9%", "errors>0.9%: it was 0.99%"), ("errors>1%", nil),
            ("rate<201", "rate<201: it was 200/s"), ("rate<200", nil),
            ("rate<=200/s", "rate<=200/s: it was 200/s"),
            ("throughput<1.1GB/s", "throughput<1.1GB/s: it was 1 GB/s"),
            ("throughput<900MB/s", nil),
            ("unsent>0", nil), ("unsent<1", "unsent<1: it was 0"),
        ] as [(String, String?)])
    func whatFails(text: String, failure: String?) throws {
        let condition = try Condition(text)
        #expect(condition.failure(of: Self.sample) == failure)
        // To keep it is the inverse.
        #expect((condition.breach(of: Self.sample) == nil) == (failure != nil))
    }

    @Test func aBreachSaysWhatWasMeasured() throws {
        #expect(try Condition("p100<5ms").breach(of: Self.sample) == "p100<5ms: it was 10ms")
    }

    @Test(arguments: [
        "p99>5ms", "p99<5ms", "mean>1s", "max<1s", "errors>0", "errors<1", "errors>0.1%", "rate<1",
        "rate>0",
        "throughput>0", "unsent>0", "unsent<1",
    ])
    func nothingMeasuredFailsEveryConditionAndKeepsNone(text: String) throws {
        let condition = try Condition(text)
        var sample = LoadSample()
        sample.elapsed = 1_000_000_000
        for sample in [LoadSample(), sample] {
            #expect(condition.failure(of: sample) == "\(text): nothing was measured")
            #expect(condition.breach(of: sample) == "\(text): nothing was measured")
        }
    }

    @Test func errorsAloneMeasureErrorsAndNoLatency() throws {
        var sample = LoadSample()
        sample.fail("refused", "connection refused")
        #expect(try Condition("errors>50%").failure(of: sample) == "errors>50%: it was 100%")
        #expect(try Condition("p99>5ms").failure(of: sample) == "p99>5ms: nothing was measured")
        #expect(try Condition("unsent>0").failure(of: sample) == nil)
    }

    @Test(arguments: [
        ("", "\"\" compares nothing: write it like p99>5ms or rate<1000"),
        ("p99", "\"p99\" compares nothing: write it like p99>5ms or rate<1000"),
        ("p99=5ms", "\"p99=5ms\" compares with \"=\": <, <=, > and >= are there"),
        ("p99>>5ms", "\"p99>>5ms\" compares with \">>\": <, <=, > and >= are there"),
        ("p101>5ms", "\"p101>5ms\": percentiles end at 100"),
        ("p99>5", "\"p99>5\": \"5\" is no limit: a time like 5ms, 250us or 1.5s"),
        ("p99>ms", "\"p99>ms\": \"ms\" is no limit: a time like 5ms, 250us or 1.5s"),
        ("p99>-5ms", "\"p99>-5ms\": \"-5ms\" is no limit: a time like 5ms, 250us or 1.5s"),
        (
            "p99>5 parsecs",
            "\"p99>5 parsecs\": \"5parsecs\" is no limit: a time like 5ms, 250us or 1.5s"
        ),
        ("p99>", "\"p99>\": \"\" is no limit: a time like 5ms, 250us or 1.5s"),
        ("rate<nan", "\"rate<nan\": \"nan\" is no limit: units a second like 1000 or 1000/s"),
        ("rate<1e3", "\"rate<1e3\": \"1e3\" is no limit: units a second like 1000 or 1000/s"),
        ("errors>101%", "\"errors>101%\": \"101%\" is no limit: a share like 0.1%"),
        ("errors>few", "\"errors>few\": \"few\" is no limit: a count like 0 or a share like 0.1%"),
        ("unsent>1%", "\"unsent>1%\": \"1%\" is no limit: a count like 0"),
        (
            "throughput<1",
            "\"throughput<1\": \"1\" is no limit: bytes a second like 100MB/s or 1.5GiB/s"
        ),
    ])
    func mistakesAreTold(text: String, message: String) {
        let error = #expect(throws: Condition.Mistake.self) { try Condition(text) }
        #expect(error?.description == message)
    }

    @Test(arguments: ["latency>5ms", "p>5ms", "p9x>5ms", "P99>5ms", "pinf>1s", ">5ms", "p.5>1s"])
    func anUnknownFigureIsToldWithAllThatAreKnown(text: String) {
        let error = #expect(throws: Condition.Mistake.self) { try Condition(text) }
        #expect(error?.description.contains("which is no figure: p50, p99.9 and other") == true)
    }
}

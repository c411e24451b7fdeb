// SPDX-License-Identifier: Apache-2.0
// Promises of Duration's text and nanoseconds: as operators write it, and never a surprise at the
// edges.

import Testing

@testable import AttacheCore

struct DurationTextTests {
    @Test(
        arguments: [
            (.zero, "0ms"), (.milliseconds(1), "1ms"), (.milliseconds(250), "250ms"),
            (.milliseconds(999), "999ms"), (.milliseconds(1000), "1s"),
            (.milliseconds(1500), "1500ms"), (.seconds(5), "5s"), (.seconds(59), "59s"),
            (.seconds(60), "1m"), (.seconds(61), "1m1s"), (.seconds(90), "1m30s"),
            (.seconds(3599), "59m59s"), (.seconds(3600), "1h"), (.seconds(3601), "1h1s"),
            (.seconds(5400), "1h30m"), (.seconds(90_061), "25h1m1s"),
            (.microseconds(999), "0ms"), (.seconds(-5), "0ms"),
        ] as [(Duration, String)])
    func aDurationIsWrittenAsOperatorsWriteIt(duration: Duration, text: String) {
        #expect(duration.text == text)
    }

    @Test(
        arguments: [
            (.zero, 0), (.nanoseconds(1), 1), (.microseconds(1), 1000),
            (.milliseconds(1), 1_000_000), (.seconds(1), 1_000_000_000),
            (.seconds(1) + .nanoseconds(999_999_999), 1_999_999_999),
            (.nanoseconds(-1), 0), (.seconds(-1), 0),
            (.seconds(Int64.max), 100 * 366 * 86_400 * 1_000_000_000),
        ] as [(Duration, UInt64)])
    func nanosecondsStayWithinACentury(duration: Duration, nanoseconds: UInt64) {
        #expect(duration.nanoseconds == nanoseconds)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Promises of TimeText: the calendar, and rounding.

import Testing

@testable import AttacheCore

struct TimeTextTests {
    @Test(
        arguments: [
            (0, 0, "1970-01-01T00:00:00.000Z"),
            (86_399, 999_999_999, "1970-01-01T23:59:59.999Z"),
            (951_782_400, 0, "2000-02-29T00:00:00.000Z"),
            (951_868_800, 0, "2000-03-01T00:00:00.000Z"),
            (1_709_164_800, 1_000_000, "2024-02-29T00:00:00.001Z"),
            (1_795_631_827, 123_456_789, "2026-11-25T18:37:07.123Z"),
            (1_798_761_599, 0, "2026-12-31T23:59:59.000Z"),
            (4_107_542_400, 0, "2100-03-01T00:00:00.000Z"),
        ] as [(UInt64, UInt64, String)])
    func aTimeIsWrittenAsRFC3339(seconds: UInt64, nanoseconds: UInt64, text: String) {
        #expect(TimeText.rfc3339(seconds * 1_000_000_000 + nanoseconds) == text)
    }

    @Test(
        arguments: [
            (0, "0.000"), (499, "0.000"), (500, "0.001"), (1_200_000, "1.200"),
            (1_204_113_499, "1204.113"), (1_204_113_500, "1204.114"),
        ] as [(UInt64, String)])
    func jsonHasMillisecondsWithThreeDecimals(nanoseconds: UInt64, text: String) {
        #expect(TimeText.milliseconds(nanoseconds) == text)
    }

    @Test(
        arguments: [
            (0, "0.000ms"), (4_113_000, "4.113ms"), (999_999_499, "999.999ms"),
            (999_999_500, "1.000s"), (1_000_000_000, "1.000s"), (1_204_499_999, "1.204s"),
            (3_600_000_000_000, "3600.000s"),
        ] as [(UInt64, String)])
    func peopleReadSecondsFromASecondOn(nanoseconds: UInt64, text: String) {
        #expect(TimeText.elapsed(nanoseconds) == text)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Numbers have three digits that count, at the edges of their units too.

import Testing

@testable import AttacheBench

struct FiguresTests {
    @Test(
        arguments: [
            (0, "0ns"), (1, "1ns"), (999, "999ns"), (999.4, "999ns"), (999.6, "1.00us"),
            (1000, "1us"),
            (1250, "1.25us"), (99_940, "99.9us"), (99_960, "100us"), (999_499, "999us"),
            (999_500, "1.00ms"), (5_000_000, "5ms"), (1_204_000_000, "1.20s"), (3_600e9, "3600s"),
            (.nan, "-ns"),
        ] as [(Double, String)])
    func times(nanoseconds: Double, text: String) {
        #expect(Figures.time(nanoseconds) == text)
    }

    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (20_480, "20 KiB"), (1536, "1.50 KiB"),
            (-20_480, "-20 KiB"), (1_073_741_824, "1 GiB"),
        ] as [(Double, String)])
    func sizes(bytes: Double, text: String) {
        #expect(Figures.size(bytes) == text)
    }

    @Test func ratesAndSharesAndCounts() {
        #expect(Figures.throughput(1_250_000_000) == "1.25 GB/s")
        #expect(Figures.rate(20_013.4) == "20,013/s")
        #expect(Figures.rate(99.96) == "100/s")
        #expect(Figures.rate(0.5) == "0.50/s")
        #expect(Figures.grouped(0) == "0")
        #expect(Figures.grouped(999) == "999")
        #expect(Figures.grouped(1000) == "1,000")
        #expect(Figures.grouped(.max) == "18,446,744,073,709,551,615")
        #expect(
            [0, 0.000_001, 0.0001, 0.5, 1].map(Figures.percent)
                == ["0%", "<0.01%", "0.01%", "50%", "100%"])
        #expect(
            [0, 999, 1000, 1500, 2_000_000].map(Figures.compact)
                == ["0", "999", "1k", "1.5k", "2M"])
    }

    @Test(
        arguments: [
            (1.005, 2, "1.00"), (0.994, 2, "0.99"), (0.999, 2, "1.00"), (-0.001, 2, "0.00"),
            (-1.5, 1, "-1.5"), (12, 0, "12"), (.infinity, 2, "-"), (1e20, 2, "1e+20"),
        ] as [(Double, Int, String)])
    func decimalsAreRounded(value: Double, decimals: Int, text: String) {
        #expect(Figures.fixed(value, decimals: decimals) == text)
    }

    @Test func aTableIsAsWideAsItsTextAndLeavesOutWhatIsEmpty() {
        var table = TextTable(["", "rate", "never", "p50"])
        table.rows = [["a", "1,000/s", "", "1ms"], ["longer", "9/s"]]
        #expect(
            table.lines == [
                "             rate  p50", "  a       1,000/s  1ms", "  longer      9/s",
            ])
    }
}

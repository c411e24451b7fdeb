// SPDX-License-Identifier: Apache-2.0
// Numbers of bytes, as people write them.

import Testing

@testable import AttacheConfiguration

struct SizesTests {
    @Test(
        arguments: [
            ("0", 0), ("128", 128), ("128B", 128), ("64KiB", 65_536), ("4MiB", 4_194_304),
            ("1GiB", 1 << 30),
        ] as [(String, UInt64)])
    func theseAreSizes(text: String, bytes: UInt64) throws {
        #expect(try Sizes.parse(text) == bytes)
    }

    @Test(arguments: [
        "", "KiB", "1KB", "1.5MiB", "-1", "1 KiB", "2000000GiB", "99999999999999999999",
    ])
    func theseAreNot(text: String) {
        #expect(throws: Problem.self) { try Sizes.parse(text) }
    }

    @Test(
        arguments: [
            (0, "0 B"), (128, "128 B"), (65_536, "64 KiB"), (1025, "1025 B"), (1 << 30, "1 GiB"),
        ] as [(UInt64, String)])
    func theWayBackIsTheLargestUnit(bytes: UInt64, text: String) {
        #expect(Sizes.text(bytes) == text)
    }

    @Test(
        arguments: [
            (0, "0"), (65_535, "65535"), (65_536, "64KiB"), (3 << 20, "3MiB"), (4 << 30, "4GiB"),
        ] as [(Int, String)])
    func shortSizesAreReadBackAsTheyWere(bytes: Int, text: String) throws {
        #expect(Sizes.short(bytes) == text)
        #expect(try Sizes.parse(text) == UInt64(bytes))
    }

    @Test(arguments: [("1023", false), ("1KiB", true), ("2KiB", true), ("2049", false)])
    func bothEndsBelongToARange(text: String, isIn: Bool) {
        let range = SizeRange(1024, 2048)
        #expect((try? range.parse(text)) == (isIn ? Int((try? Sizes.parse(text)) ?? 0) : nil))
    }
}

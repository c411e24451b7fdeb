// SPDX-License-Identifier: Apache-2.0
// Promise of Passphrase: when it is gone, so is every copy of it.

import Glibc
import Testing

@testable import AttacheCore

@Suite struct PassphraseMemoryTests {
    /// Nowhere but in its file and where this test looks for it: made byte by byte.
    private static func byte(_ place: Int) -> UInt8 { UInt8(35 + (place * place * 7 + 13) % 89) }
    private static let (count, start) = (700, 300)

    @Test func nothingOfItIsLeftBehind() throws {
        let scratch = Scratch()
        let file = scratch.write("word", "")
        let descriptor = open(file, O_WRONLY)
        for place in 0..<Self.count {
            var byte = Self.byte(place)
            #expect(write(descriptor, &byte, 1) == 1)
        }
        close(descriptor)
        do {
            let passphrase = try Passphrase(reading: file)
            #expect(passphrase.count == Self.count)
            #expect(try copies() > 0)
            withExtendedLifetime(passphrase) {}
        }
        #expect(try copies() == 0)
    }

    /// How often 64 bytes of its middle stand in the memory of this process.
    private func copies() throws -> Int {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        let own = UInt(bitPattern: room.baseAddress)
        defer {
            room.initializeMemory(as: UInt8.self, repeating: 0)
            room.deallocate()
        }
        let memory = open("/proc/self/mem", O_RDONLY)
        defer { close(memory) }
        var found = 0
        for area in try areas() {
            var at = area.lowerBound
            while at < area.upperBound {
                let count = pread(
                    memory, room.baseAddress, min(room.count, Int(area.upperBound - at)),
                    off_t(at))
                // It may have gone since.
                if count <= 0 { break }
                for place in places(in: UnsafeRawBufferPointer(rebasing: room[..<count])) {
                    let isOwn = (own..<own + UInt(room.count)).contains(at + UInt(place))
                    if !isOwn { found += 1 }
                }
                at += UInt(count)
            }
        }
        return found
    }

    private func places(in bytes: UnsafeRawBufferPointer) -> [Int] {
        var found: [Int] = []
        guard let base = bytes.baseAddress else { return [] }
        var from = 0
        while let hit = memchr(base + from, Int32(Self.byte(Self.start)), bytes.count - from) {
            let place = base.distance(to: UnsafeRawPointer(hit))
            let rest = bytes.count - place
            if rest >= 64, (1..<64).allSatisfy({ bytes[place + $0] == Self.byte(Self.start + $0) })
            {
                found.append(place)
            }
            from = place + 1
        }
        return found
    }

    /// Where memory may be written and no file stands behind it.
    private func areas() throws -> [Range<UInt>] {
        let maps = try ConfigurationFile.bytes("/proc/self/maps", bytesMax: 1 << 24)
        return String(decoding: maps, as: UTF8.self).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 4, words[1].hasPrefix("rw"), words[4] == "0" else { return nil }
            let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            return ends.count == 2 ? ends[0]..<ends[1] : nil
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Promises of SmallFile: what is no plain file is read as far as it ends, or refused in time.

import Glibc
import Testing

@testable import AttacheCore

struct SmallFileTests {
    private let folder = Scratch()

    init() { signal(SIGPIPE, SIG_IGN) }  // As the core does at its start.

    private func read(
        _ path: String, patience: Duration = .seconds(10)
    ) throws(SmallFile.Problem) -> String {
        let file = try SmallFile(reading: path, bytesMax: 1 << 20, patience: patience)
        return String(decoding: file.bytes, as: UTF8.self)
    }

    private func fifo() throws -> String {
        let path = folder.path + "/pipe"
        try #require(mkfifo(path, 0o600) == 0)
        return path
    }

    private static func say(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    }

    @Test func aFileIsReadWhole() throws {
        for size in [0, 1, 4096, 4097, 100_000] {
            let text = String(repeating: "x", count: size)
            #expect(try read(folder.write("file", text)) == text)
        }
    }

    /// As `mkfifo key; vault read … > key &` has it: opening it lets the writer begin.
    @Test func aFIFOWhoseWriterWaitsForAReaderIsReadToItsEnd() throws {
        let path = try fifo()
        let writer = try Thread.spawn(name: "writer") {
            let descriptor = open(path, O_WRONLY)
            Self.say("first ", to: descriptor)
            Thread.nap(.milliseconds(20))
            Self.say("second", to: descriptor)
            close(descriptor)
        }
        #expect(try read(path) == "first second")
        writer.join()
    }

    /// What the shell makes of `<(…)`.
    @Test(arguments: [false, true])
    func aPipeIsReadWhetherItsWriterHasEndedOrNot(hasEnded: Bool) throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (out, into) = (ends[0], ends[1])
        defer { close(out) }
        Self.say("early", to: into)
        if hasEnded { close(into) }
        let writer = try Thread.spawn(name: "writer") {
            if hasEnded { return }
            Thread.nap(.milliseconds(20))
            Self.say(" and late", to: into)
            close(into)
        }
        #expect(try read("/dev/fd/\(out)") == (hasEnded ? "early" : "early and late"))
        writer.join()
    }

    @Test(arguments: [false, true])
    func aPipeThatDoesNotEndIsRefusedInTime(hasWriter: Bool) throws {
        let path = try fifo()
        let writer = hasWriter ? open(path, O_RDWR) : -1
        defer { if hasWriter { close(writer) } }
        if hasWriter { Self.say("half a k", to: writer) }
        let begun = Clock.now()
        #expect {
            try read(path, patience: .milliseconds(50))
        } throws: { error in
            guard let problem = error as? SmallFile.Problem else { return false }
            return ConfigurationProblem(cannotRead: path, as: "key", problem).message
                == "cannot read the key \"\(path)\": it is a pipe or a device, and had "
                + "not ended within 50ms\n  Start its writer first, which closes it at the end; "
                + "or name a file."
        }
        #expect(Clock.now() - begun < 2_000_000_000)
    }

    @Test func aDeviceIsReadAsFarAsItEnds() throws {
        #expect(try read("/dev/null") == "")
        #expect {
            try read("/dev/zero")
        } throws: { error in
            if case .larger(than: 1 << 20)? = error as? SmallFile.Problem { true } else { false }
        }
    }
}

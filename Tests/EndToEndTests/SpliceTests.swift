// SPDX-License-Identifier: Apache-2.0
// Between two plain sides the bytes of a bulk stream stay in the kernel; strace is the witness.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Splice {
        @Test(arguments: Direction.allCases)
        func bulkBetweenPlainSidesIsSpliced(_ direction: Direction) throws {
            let bytes = Scale.of(1 << 30)
            let folder = try Folder()
            let log = folder.file("strace")
            try Tunnel.with(.plainToPlain) { tunnel in
                let calls = "trace=splice,read,readv,recvfrom,recvmsg"
                let pid = "\(tunnel.daemon.child.pid)"
                let strace = try Program("strace")
                    .start(["-f", "-qq", "-e", calls, "-o", log, "-p", pid])
                defer { strace.destroy() }
                try eventually("strace holds every thread") {
                    try ProcessFacts(tunnel.daemon).allTraced
                }
                let pair = try tunnel.open()
                let sending = Background {
                    try pair.source(direction).send(RandomStream(seed: 5), bytes: bytes)
                    try pair.source(direction).finishWriting()
                }
                let (count, ending) = try pair.sink(direction).expectAll(RandomStream(seed: 5))
                try sending.value()
                #expect(count == bytes)
                #expect(ending == .end)
                strace.signal(SIGINT)
                try strace.waitForExit()
            }
            let moved = try Self.moved(log)
            #expect(moved.spliced >= bytes / 100 * 198, "in and out: \(moved)")
            #expect(moved.read < bytes / 100, "\(moved)")
        }

        /// Bytes by what the calls returned.
        static func moved(_ log: String) throws -> (spliced: Int, read: Int) {
            var spliced = 0
            var read = 0
            for line in try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n") {
                guard let equals = line.range(of: " = ", options: .backwards),
                    let value = Int(line[equals.upperBound...].prefix { $0.isNumber })
                else { continue }
                if line.contains("splice") { spliced += value } else { read += value }
            }
            return (spliced, read)
        }
    }
}

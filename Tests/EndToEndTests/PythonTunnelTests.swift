// SPDX-License-Identifier: Apache-2.0
// python-h2 as the other end of a tunnel, in both roles: it half-closes and resets as faithfully as
// we do, and so shows what Envoy hides.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct PythonTunnels {
        enum Role: CaseIterable, Sendable { case originator, terminator }

        @Test(arguments: Role.allCases)
        func bytesArriveUnchangedBothWaysAndThenTheEnds(_ role: Role) throws {
            try Self.with(role) { passage, python in
                try Passage.exchange(passage.open(), bytes: 1 << 20)
                #expect(try passage.daemon.session().reason == "completed")
                let expected = role == .originator ? "gateway" : "workload"
                #expect(
                    try python.line("secured") == "secured TLSv1.3 h2 spiffe://test/\(expected)")
            }
        }

        /// Each direction on its own, whichever ends first.
        @Test(arguments: Role.allCases, Direction.allCases)
        func oneDirectionEndsAndTheOtherGoesOn(_ role: Role, _ direction: Direction) throws {
            try Self.with(role) { passage, _ in
                let pair = try passage.open()
                let (first, second) = (pair.source(direction), pair.sink(direction))
                try first.send("the last of it")
                try first.finishWriting()
                #expect(try second.receiveAll().ending == .end)
                let sending = Background {
                    try second.send(RandomStream(seed: 2), bytes: 1 << 20)
                    try second.finishWriting()
                }
                let (count, ending) = try first.expectAll(RandomStream(seed: 2))
                try sending.value()
                #expect(count == 1 << 20 && ending == .end)
                #expect(try passage.daemon.session().reason == "completed")
            }
        }

        @Test(arguments: Role.allCases, Direction.allCases)
        func aResetIsCONNECTERRORAndAReset(_ role: Role, _ direction: Direction) throws {
            try Self.with(role) { passage, python in
                let pair = try passage.open()
                pair.source(direction).reset()
                #expect(try pair.sink(direction).receiveEnd() == .reset)
                let side = direction == .up ? "client" : "upstream"
                #expect(try passage.daemon.session().reason == "\(side)-reset")
                // Where ours was the end that saw it first.
                if (role == .originator) == (direction == .down) {
                    #expect(try python.line("stream").hasSuffix("reset with 10"))
                }
            }
        }

        @Test(arguments: Role.allCases)
        func fortySessionsAtOnceAreOneConnection(_ role: Role) throws {
            try Self.with(role) { passage, python in
                let pairs = try (0..<40).map { _ in try passage.open() }
                _ = try atOnce(pairs) { try Passage.exchange($0, bytes: 32 << 10) }
                let lines = try passage.daemon.sessions(40)
                #expect(lines.allSatisfy { $0.reason == "completed" }, "\(lines)")
                #expect(Set(lines.map(\.carrier)).count == 1)
                #expect(python.count("secured") == 1)
            }
        }

        /// Nothing but the method and the authority: CONNECT has no scheme and no path.
        @Test func theRequestIsPlainCONNECT() throws {
            try Self.with(.terminator) { passage, python in
                try Passage.end(passage.open())
                let request = "request :method=CONNECT :authority=\(Passage.authority)"
                #expect(try python.line("request") == request)
            }
        }

        @Test func aRefusedTargetIsNamedByTheTerminatorsWords() throws {
            try Self.with(.terminator) { passage, python in
                passage.target.refuse()
                #expect(try passage.connect().receiveEnd() == .reset)
                let line = try passage.daemon.session()
                #expect(line.reason == "tunnel-refused", "\(line)")
                #expect(line.message.contains("502"), "\(line.message)")
                #expect(line.message.contains("connection_refused"), "\(line.message)")
                #expect(line.message.contains("nobody is there"), "\(line.message)")
            }
        }

        /// Two steps: that no more may come, then how far it has got. And at once: nobody asks.
        @Test func aDrainIsTwoGOAWAYsAndTheSessionRunsOn() throws {
            try Self.with(.originator) { passage, python in
                let pair = try passage.open()
                passage.daemon.child.signal(SIGTERM)
                try python.line("goaway last=2147483647 error=0")
                try python.line("goaway last=1 error=0")
                try Passage.exchange(pair, bytes: 1 << 20)
                let exit = try passage.daemon.child.waitForExit(within: .seconds(3))
                #expect(exit == .code(0))
                #expect(try passage.daemon.session().reason == "completed")
            }
        }

        /// `role` is Python's.
        static func with(
            _ role: Role, _ body: (Passage, PythonTunnel) throws -> Void
        ) throws {
            let target = try Listener()
            switch role {
            case .originator:
                let flags = try Passage.terminating(at: target.endpoint)
                try Daemon.with(flags) { daemon in
                    try PythonTunnel.originating(
                        to: daemon.endpoint, authority: Passage.authority
                    ) { python in
                        let passage = Passage(
                            entry: python.endpoint, target: target, daemon: daemon)
                        try body(passage, python)
                    }
                }
            case .terminator:
                try PythonTunnel.terminating(at: target.endpoint) { python in
                    let flags = try Passage.originating(to: python.endpoint)
                    try Daemon.with(flags) { daemon in
                        let passage = Passage(
                            entry: daemon.endpoint, target: target, daemon: daemon)
                        try body(passage, python)
                    }
                }
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// What goes wrong under load is counted by its kind, and never as a fast answer.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct BenchErrors {
        struct Misbehaviour: Sendable, CustomStringConvertible {
            let description: String
            let kind: String
            let act: @Sendable (Peer) throws -> Void
        }

        /// A request is 100 bytes, its answer should be as many.
        private static let misbehaviours = [
            Misbehaviour(description: "closes", kind: "closed") { try $0.finishWriting() },
            Misbehaviour(description: "resets", kind: "reset") { $0.reset() },
            Misbehaviour(description: "answers short", kind: "short") { peer in
                try peer.send("not all")
                try peer.finishWriting()
            },
            Misbehaviour(description: "answers too much", kind: "excess") { peer in
                try peer.send([UInt8](repeating: 1, count: 101))
                _ = try? peer.receiveAll()
            },
            Misbehaviour(description: "never answers", kind: "timeout") { peer in
                _ = try? peer.receiveAll()
            },
        ]

        @Test(arguments: misbehaviours)
        func eachKindIsToldByItsName(_ one: Misbehaviour) throws {
            let service = Service(on: try Listener()) { peer in
                _ = try peer.receive(text: 100)
                try one.act(peer)
            }
            defer { service.stop() }
            let run = try BenchRun([
                "rr", "tcp://\(service.listener.endpoint)", "--request", "100", "-c", "2", "-d",
                "500ms", "--warmup", "0s", "--timeout", "300ms",
            ])
            #expect(run.exit == .code(1), "nothing was measured")
            let target = try run.target
            #expect(target.done == 0 && target.durationHistogram.count == 0)
            #expect(Array(target.errors.keys) == [one.kind])
            #expect(target.failed >= 1 && target.failed == target.errors[one.kind]?.count)
            #expect(run.output.contains { $0.contains("\(one.kind): ") })
        }

        @Test func aDialThatFailsIsToldAsInSessionLines() throws {
            let run = try BenchRun([
                "connect", "tcp://\(try Listener.closedPort())", "-n", "3", "-c", "1", "--warmup",
                "0s",
            ])
            let target = try run.target
            #expect(run.exit == .code(1))
            #expect(target.errors["connect-failed"]?.count == 3)
            #expect(target.errors["connect-failed"]?.example.contains("nothing listens") == true)
        }

        @Test func aCertificateThatIsNotTrustedIsARefusal() throws {
            let tls = try TLSContext.server(TLSOptions(certificate: "server"))
            let service = Service.echo(on: try Listener(tls: tls))
            defer { service.stop() }
            let run = try BenchRun([
                "connect", "tls://\(service.listener.endpoint)", "--ca",
                try PKI.certificate("other-ca"), "--server-name", "localhost", "-n", "1", "-c",
                "1", "--warmup", "0s",
            ])
            #expect(try run.target.errors["certificate-refused"]?.count == 1)
        }

        /// Half of the connections are refused their answers; the others are measured.
        @Test func errorsStandBesideWhatWasMeasured() throws {
            let turn = Turn()
            let service = Service(on: try Listener()) { peer in
                if turn.next() % 2 == 0 { return peer.reset() }
                _ = try peer.receiveAll { try peer.send($0) }
            }
            defer { service.stop() }
            let address = "tcp://\(service.listener.endpoint)"
            let run = try BenchRun([
                "connect", address, "--request", "100", "-n", "20", "-c", "1", "--warmup", "0s",
                "--fail-if", "errors>10%", "--fail-if", "p99>1m",
            ])
            let target = try run.target
            #expect(target.done == 10 && target.failed == 10)
            #expect(target.durationHistogram.count == 10)
            #expect(run.exit == .code(99))
            #expect(
                run.errors.contains { $0.contains("errors>10%: it was 50%") },
                "\(run.errors)")
        }

        private final class Turn: @unchecked Sendable {
            private let lock = NSLock()
            private var count = 0

            func next() -> Int {
                lock.withLock {
                    count += 1
                    return count
                }
            }
        }
    }
}

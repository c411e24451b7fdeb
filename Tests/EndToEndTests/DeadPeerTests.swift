// SPDX-License-Identifier: Apache-2.0
// Who only stops reading is alive; who no longer acknowledges is dead, and found.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct DeadPeers {
        @Test(arguments: Combination.direct)
        func aReaderThatPausesThreeTimesDeadPeerGetsEveryByte(_ combination: Combination) throws {
            try Tunnel.with(combination, flags: ["--dead-peer", "1s"], receiveBuffer: 32 << 10) {
                tunnel in
                let pair = try tunnel.open(receiveBuffer: 32 << 10)
                let total = 16 << 20
                let sending = Direction.allCases.map { direction in
                    Background {
                        let stream = RandomStream(seed: direction == .up ? 6 : 7)
                        try pair.source(direction).send(stream, bytes: total)
                        try pair.source(direction).finishWriting()
                    }
                }
                try pair.client.waitReadable()
                try pair.upstream.waitReadable()
                usleep(3_000_000)
                #expect(tunnel.daemon.child.output.isEmpty, "the session has ended")
                let reading = Direction.allCases.map { direction in
                    Background {
                        let stream = RandomStream(seed: direction == .up ? 6 : 7)
                        return try pair.sink(direction).expectAll(stream)
                    }
                }
                for thread in sending { try thread.value() }
                for thread in reading {
                    let (count, ending) = try thread.value()
                    #expect(count == total)
                    #expect(ending == .end)
                }
            }
        }

        /// The peer reads with an open window until its packets stop; `direction` is that of the
        /// bytes.
        /// A tunnel's connection is asked by PING instead (TunnelLoss).
        @Test(arguments: Combination.direct, Direction.allCases)
        func aPeerThatIsCutOffWithOutputPendingIsFound(
            _ combination: Combination, _ direction: Direction
        ) throws {
            let space = try Namespace()
            let upstream = try space.inside {
                try Listener(tls: combination.upstreamIsTLS ? .server() : nil)
            }
            let arguments =
                try combination.arguments + [
                    "--listen", "127.0.0.1:0", "--to", "\(upstream.endpoint)", "--dead-peer", "4s",
                ]
            let context = combination.clientIsTLS ? try TLSContext.client() : nil
            try Daemon.with(arguments, through: space.prefix) { daemon in
                let client = try space.inside {
                    try Peer.connect(to: daemon.endpoint, tls: context)
                }
                let pair = Tunnel.Pair(client: client, upstream: try upstream.accept())
                let (source, sink) = (pair.source(direction), pair.sink(direction))
                // Whoever learns of a reset first takes it: this thread, most of the time.
                let sending = Background { () -> String in
                    let chunk = [UInt8](repeating: 1, count: 16384)
                    while true {
                        do { try source.send(chunk) } catch { return "\(error)" }
                        usleep(1000)
                    }
                }
                let flowing = DispatchSemaphore(value: 0)
                let reading = Background {
                    var count = 0
                    _ = try? sink.receiveAll {
                        if count < 1 << 20, count + $0.count >= 1 << 20 { flowing.signal() }
                        count += $0.count
                    }
                }
                #expect(flowing.wait(timeout: .now() + 10) == .success, "1 MiB flows")

                // Whatever passes between the daemon and the sink is lost from now on, both ways.
                let port = try direction == .up ? upstream.endpoint.port : client.localPort
                try space.drop("tcp dport \(port)", "tcp sport \(port)")
                let time = try Duration.of {
                    let line = try daemon.session(within: .seconds(12))
                    #expect(line.reason == "dead-peer")
                }
                #expect(time <= .seconds(6), "\(time)")
                #expect(time >= .seconds(3), "\(time): too early to know")
                let line = try daemon.session()
                #expect(
                    line.closedBy == (direction == .up ? "upstream" : "client")
                        || line.closedBy == "attache")
                #expect(try space.droppedPackets() > 0)
                // The living side is told by an abort.
                let ending = try source.receiveAll().ending
                let told = try sending.value()
                #expect(ending != .end || told.contains("reset"), "\(told), then \(ending)")
                sink.abandon()
                try reading.value()
            }
        }
    }
}

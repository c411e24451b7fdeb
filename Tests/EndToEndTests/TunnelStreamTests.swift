// SPDX-License-Identifier: Apache-2.0
// Many streams share few connections: every byte of each arrives, and each has its own end.

import Support
import Testing

extension EndToEnd {
    @Suite struct TunnelStreams {
        static let workers = 2
        /// Of one worker: as many as its streams need, and no more than `carriers` allows for
        /// streams that stand in each other's way.
        static let carriersOfAWorker = 4

        /// Sixty-four large ones at once show what four never did: frames that were made and then
        /// found no room.
        @Test(arguments: [(1, 64 << 20), (64, 8_000_000), (100, 1 << 20), (1000, 64 << 10)])
        func allOfThemBothWaysAtOnceArriveByteByByte(_ streams: Int, _ full: Int) throws {
            raiseDescriptorLimit()
            let bytes = max(Scale.of(full), 32 << 10)
            let seed = UInt64.random(in: 0...UInt64.max / 2)
            print("\(streams) streams of \(bytes) bytes: seed \(seed)")
            let flags = ["--workers", "\(Self.workers)"]
            try Tunnel.with(.plainToTunnel, flags: flags, farFlags: flags) { tunnel in
                let far = try #require(tunnel.far)
                let pairs = try tunnel.open(streams)
                let plans = Crowd.Plan.allCases
                let plan = { (index: Int) in plans[index % plans.count] }
                try Crowd(pairs, bytes: bytes, seed: seed, plan: plan).run()
                let carriers = try Connections.established(at: far)
                #expect((1...Self.workers * Self.carriersOfAWorker).contains(carriers))

                let counts = Dictionary(grouping: 0..<streams, by: plan).mapValues(\.count)
                for daemon in tunnel.daemons {
                    let lines = try daemon.sessions(streams)
                    #expect(lines.count == streams)
                    for (plan, reason) in zip(
                        plans, ["completed", "client-reset", "upstream-reset"])
                    {
                        let found = lines.count { $0.reason == reason }
                        #expect(found == counts[plan, default: 0], "\(reason)")
                    }
                    #expect(lines.allSatisfy { $0.bytesUp == Tunnel.nameBytes + bytes })
                    #expect(lines.allSatisfy { $0.bytesDown == bytes })
                    #expect(
                        Set(lines.map(\.carrier)).count <= Self.workers * Self.carriersOfAWorker)
                    #expect(lines.allSatisfy { $0.carrier != nil })
                }
            }
        }

        /// What was parked for slow readers when the connection went is theirs before they are
        /// told.
        @Test func whenACarrierIsCutEveryoneGetsWhatHadArrivedAndIsTold() throws {
            let bytes = 128 << 10
            try Tunnel.with(.plainToTunnel, forwarded: true, receiveBuffer: 16 << 10) { tunnel in
                let forwarder = try #require(tunnel.forwarder)
                let far = try #require(tunnel.far)
                let pairs = try tunnel.open(16, receiveBuffer: 16 << 10)
                for (number, pair) in pairs.enumerated() {
                    try pair.upstream.send(RandomStream(seed: UInt64(number)), bytes: bytes)
                }
                var (passed, since) = (0, ContinuousClock.now)
                try eventually("all of it is at the near end") {
                    let now = forwarder.bytes(.down)
                    if now != passed { (passed, since) = (now, .now) }
                    return now > pairs.count * bytes && .now - since > .milliseconds(50)
                }
                forwarder.cut()
                for (number, pair) in pairs.enumerated() {
                    let stream = RandomStream(seed: UInt64(number))
                    let (count, ending) = try pair.client.expectAll(stream)
                    #expect(count == bytes)
                    #expect(ending == .reset)
                    #expect(try pair.upstream.receiveEnd() == .reset)
                }
                for daemon in [tunnel.daemon, far] {
                    for line in try daemon.sessions(pairs.count) {
                        #expect(line.reason == "carrier-lost")
                        #expect(line.phase == "relaying")
                    }
                }
                // And the next one opens another.
                try tunnel.open().exchange("again")
            }
        }
    }
}

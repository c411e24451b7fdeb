// SPDX-License-Identifier: Apache-2.0
// Each direction ends on its own: FIN and close_notify are each other's translation.

import Support
import Testing

extension EndToEnd {
    @Suite struct HalfClose {
        static let cases = Network.allCases.flatMap { network in
            Combination.allCases.flatMap { combination in
                Direction.allCases.map { (network, combination, $0) }
            }
        }

        /// `direction` is the one that ends first.
        @Test(arguments: cases)
        func theFarSideSeesTheEndWhileTheOtherDirectionIsOpen(
            _ network: Network, _ combination: Combination, _ direction: Direction
        ) throws {
            try Tunnel.with(combination, network: network) { tunnel in
                let pair = try tunnel.open()
                try Self.run(pair.source(direction), pair.sink(direction), fin: true)
                for daemon in tunnel.daemons {
                    let line = try daemon.session()
                    #expect(line.reason == "completed")
                    #expect(line.bytesUp == (direction == .up ? 1 << 20 : 8 << 20))
                    #expect(line.bytesDown == (direction == .up ? 8 << 20 : 1 << 20))
                }
            }
        }

        /// A close_notify is the end of its direction, whether a FIN follows it or not.
        @Test(arguments: [
            (Combination.tlsToPlain, Direction.up), (.tlsToTLS, .up),
            (.plainToTLS, .down), (.tlsToTLS, .down),
        ])
        func aCloseNotifyAloneIsAnEnd(_ combination: Combination, _ direction: Direction) throws {
            try Tunnel.with(combination) { tunnel in
                let pair = try tunnel.open()
                try Self.run(pair.source(direction), pair.sink(direction), fin: false)
                #expect(try tunnel.daemon.session().reason == "completed")
            }
        }

        /// Nothing but the end itself: no byte ever moves in the direction that ends.
        @Test(arguments: Combination.allCases, Direction.allCases)
        func anEmptyDirectionEndsToo(_ combination: Combination, _ direction: Direction) throws {
            try Tunnel.with(combination) { tunnel in
                let pair = try tunnel.open()
                try pair.source(direction).finishWriting()
                #expect(try pair.sink(direction).receiveEnd() == .end)
                try pair.sink(direction).exchange("still here", with: pair.source(direction))
                try pair.sink(direction).finishWriting()
                #expect(try pair.source(direction).receiveEnd() == .end)
                #expect(try tunnel.daemon.session().reason == "completed")
            }
        }

        /// 1 MiB and the end one way; once that was seen, 8 MiB and the end back.
        static func run(_ first: Peer, _ second: Peer, fin: Bool) throws {
            let sending = Background {
                try first.send(RandomStream(seed: 1), bytes: 1 << 20)
                try first.finishWriting(fin: fin)
            }
            let (there, thereEnding) = try second.expectAll(RandomStream(seed: 1))
            try sending.value()
            #expect(there == 1 << 20)
            #expect(thereEnding == .end)
            let answering = Background {
                try second.send(RandomStream(seed: 2), bytes: 8 << 20)
                try second.finishWriting(fin: fin)
            }
            let (back, backEnding) = try first.expectAll(RandomStream(seed: 2))
            try answering.value()
            #expect(back == 8 << 20)
            #expect(backEnding == .end)
            if !fin {
                first.close()
                second.close()
            }
        }
    }
}

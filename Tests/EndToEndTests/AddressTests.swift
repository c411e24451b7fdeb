// SPDX-License-Identifier: Apache-2.0
// A name with several addresses is reached through the one that works, soon.

import Foundation
import Support
import Testing

extension EndToEnd {
    @Suite struct Addresses {
        /// One of the two is tried first, whatever the resolver's order is.
        @Test func aBlackHoledAddressCostsLessThanASecondInEitherOrder() throws {
            var dropped: [Int] = []
            for (hole, good) in [("127.0.0.1", "127.0.0.2"), ("127.0.0.2", "127.0.0.1")] {
                let space = try Namespace(hosts: "\(hole) twofold.test\n\(good) twofold.test\n")
                let listener = try space.inside { try Listener(at: .tcp(good, 0)) }
                let port = listener.endpoint.port
                try space.drop("ip daddr \(hole) tcp dport \(port)")
                let arguments = [
                    "connect", "--plain", "--listen", "127.0.0.1:0", "--to", "twofold.test:\(port)",
                ]
                try Daemon.with(arguments, through: space.prefix) { daemon in
                    let time = try Duration.of {
                        let client = try space.inside { try Peer.connect(to: daemon.endpoint) }
                        let upstream = try listener.accept()
                        try client.exchange("hello", with: upstream)
                        client.close()
                        upstream.close()
                    }
                    #expect(time < .seconds(1), "\(hole) is the hole")
                    #expect(try daemon.session().endpoint == "\(listener.endpoint)")
                }
                dropped.append(try space.droppedPackets())
            }
            #expect(dropped.contains { $0 > 0 }, "the hole was never tried: nothing is proved")
        }

        @Test(arguments: ["127.0.0.1", "::1"])
        func aRefusingAddressIsPassedOver(_ good: String) throws {
            let space = try Namespace(hosts: "127.0.0.1 both.test\n::1 both.test\n")
            let listener = try space.inside { try Listener(at: .tcp(good, 0)) }
            let arguments = [
                "connect", "--plain", "--listen", "127.0.0.1:0", "--to",
                "both.test:\(listener.endpoint.port)",
            ]
            try Daemon.with(arguments, through: space.prefix) { daemon in
                for _ in 0..<3 {
                    let client = try space.inside { try Peer.connect(to: daemon.endpoint) }
                    try client.exchange("hello", with: listener.accept())
                }
            }
        }

        @Test func aNameThatDoesNotResolveIsSaidAndTheClientReset() throws {
            let space = try Namespace(hosts: "127.0.0.1 localhost\n")
            let arguments = [
                "connect", "--plain", "--listen", "127.0.0.1:0", "--to", "nowhere.invalid:80",
            ]
            try Daemon.with(arguments, through: space.prefix) { daemon in
                let client = try space.inside { try Peer.connect(to: daemon.endpoint) }
                #expect(try client.receiveEnd() == .reset)
                let line = try daemon.session()
                #expect(line.reason == "resolve-failed")
                #expect(line.phase == "resolving the upstream")
                #expect(line.message.contains("nowhere.invalid"))
            }
        }
    }
}
